/* probe URL: exits 0 when http://HOST:PORT/PATH answers 200 within two seconds, else 1 with the reason.
 *
 * Health checks run for ever, in images without a shell or curl: one request, no allocation, about 1 ms of CPU.
 * HOST is an address, not a name: a health check asks its own container.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int fail(const char *why)
{
    fprintf(stderr, "probe: %s\n", why);
    return 1;
}

int main(int argc, char **argv)
{
    char host[64], path[256] = "/", request[512], reply[4096];
    unsigned port;
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct timeval limit = {.tv_sec = 2};

    if (argc != 2 || sscanf(argv[1], "http://%63[0-9.]:%5u%255s", host, &port, path) < 2 ||
        port > 65535 || inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return fail("usage: probe http://127.0.0.1:PORT/PATH");
    address.sin_port = htons((unsigned short)port);

    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (server < 0 || setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) ||
        setsockopt(server, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit))
        return fail("no socket");
    if (connect(server, (struct sockaddr *)&address, sizeof address))
        return fail("no connection");

    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    if (write(server, request, (size_t)length) != length)
        return fail("could not send");

    /* The whole reply is read: closing earlier would look like a broken client in the server's log. */
    size_t kept = 0;
    ssize_t got;
    while ((got = read(server, reply + kept, sizeof reply - 1 - kept)) > 0)
        if ((kept += (size_t)got) == sizeof reply - 1)
            kept = 16;
    if (got < 0)
        return fail("no reply in time");
    reply[kept] = '\0';
    if (kept < 12 || strncmp(reply, "HTTP/1.", 7) || strncmp(reply + 8, " 200", 4)) {
        reply[strcspn(reply, "\r\n")] = '\0';
        return fail(kept ? reply : "empty reply");
    }
    return 0;
}
