/* probe http 127.0.0.1:8081 /path     exits 0 when the answer is 200
 * probe valkey 127.0.0.1:6379 [FILE]  exits 0 when PING is answered PONG; FILE holds the password
 * probe tcp 127.0.0.1:9000            exits 0 when the port accepts
 *
 * Anything else, or no answer within two seconds, is exit 1 with the reason. Health checks run for ever, in images
 * without a shell or curl: this is one request without allocation, under 1 ms of CPU.
 */
#include <arpa/inet.h>
#include <fcntl.h>
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

static int dial(const char *where)
{
    char host[64];
    unsigned port;
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct timeval limit = {.tv_sec = 2};

    if (sscanf(where, "%63[0-9.]:%5u", host, &port) != 2 || port > 65535 ||
        inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return -1;
    address.sin_port = htons((unsigned short)port);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 || setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) ||
        setsockopt(server, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) ||
        connect(server, (struct sockaddr *)&address, sizeof address))
        return -1;
    return server;
}

/* Sends a request and keeps the start of the reply, which is read to its end: closing earlier would look like a
 * broken client in the server's log. */
static int ask(int server, const char *request, size_t length, char *reply, size_t size)
{
    char rest[4096];
    size_t kept = 0;
    ssize_t got;

    if (write(server, request, length) != (ssize_t)length)
        return fail("could not send");
    while (kept < size - 1 && (got = read(server, reply + kept, size - 1 - kept)) > 0)
        kept += (size_t)got;
    while (kept == size - 1 && (got = read(server, rest, sizeof rest)) > 0)
        ;
    reply[kept] = '\0';
    if (got < 0)
        return fail("no answer in time");
    return 0;
}

static int http(int server, const char *path)
{
    char request[512], reply[64];
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);

    if (length < 0 || (size_t)length >= sizeof request)
        return fail("the path is too long");
    if (ask(server, request, (size_t)length, reply, sizeof reply))
        return 1;
    if (strncmp(reply, "HTTP/1.", 7) == 0 && strlen(reply) > 12 && strncmp(reply + 8, " 200", 4) == 0)
        return 0;
    reply[strcspn(reply, "\r\n")] = '\0';
    return fail(reply);
}

static int valkey(int server, const char *file)
{
    char password[512] = "", request[700], reply[256];
    int length;

    if (file) {
        int source = open(file, O_RDONLY | O_CLOEXEC);
        ssize_t got = source < 0 ? -1 : read(source, password, sizeof password - 1);
        if (got < 0)
            return fail("the password file cannot be read");
        password[got] = '\0';
        password[strcspn(password, "\n")] = '\0';
        length = snprintf(request, sizeof request,
                          "*2\r\n$4\r\nAUTH\r\n$%zu\r\n%s\r\n*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n",
                          strlen(password), password);
    } else {
        length = snprintf(request, sizeof request, "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n");
    }
    if (ask(server, request, (size_t)length, reply, sizeof reply))
        return 1;
    if (strstr(reply, "+PONG\r\n"))
        return 0;
    reply[strcspn(reply, "\r\n")] = '\0';
    return fail(reply);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 2 ? argv[1] : "";
    int is_http = !strcmp(kind, "http") && argc == 4, is_valkey = !strcmp(kind, "valkey") && argc <= 4;

    if (!is_http && !is_valkey && (strcmp(kind, "tcp") || argc != 3))
        return fail("usage: probe http ADDRESS:PORT PATH | valkey ADDRESS:PORT [PASSWORD-FILE] | tcp ADDRESS:PORT");
    int server = dial(argv[2]);
    if (server < 0)
        return fail("no connection");
    return is_http ? http(server, argv[3]) : is_valkey ? valkey(server, argv[3]) : 0;
}
