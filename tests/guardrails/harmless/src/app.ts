import jwt, { Secret } from "jsonwebtoken";
const secretKey: Secret = process.env.JWT_SECRET ?? "";
export const TOKEN_KEY = "auth_token";
export const STORAGE_KEYS = { token: "app.token", refresh: "app.refresh-token", theme: "theme" };
const schema = z.object({ password: z.string().min(12), token: z.string().optional() });
localStorage.setItem("token", token);
const form = { password: "", confirmPassword: "" };
<input type="password" name="password" autocomplete="current-password" placeholder="Password" />
const headers = { Authorization: `Bearer ${token}`, "X-API-Key": apiKey };
if (error.code === "auth/wrong-password") setError("password", { message: "Wrong password, try again" });
type Props = { token: string; apiKey?: string; onToken: (t: string) => void };
const key = `${user.id}:${page}`;
const cacheKey = ["users", id] as const;
export const routes = { password: "/settings/password", token: "/api/v1/tokens/:id" };
const query = gql`mutation($password: String!) { login(password: $password) { token } }`;
const PUBLIC_KEY = "pk_live_" + "51H9f2kLq8Zr4TnW6vXc3Yb7";
const RECAPTCHA_SITE_KEY = "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI";
