class Settings(BaseSettings):
    secret_key: SecretStr = Field(..., env="SECRET_KEY")
    password: str = ""
    token_url: str = "https://auth.test/token"
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")
API_KEY_HEADER = APIKeyHeader(name="X-API-Key")
def verify(password: str, hashed: bytes) -> bool: ...
parser.add_argument("--password", default=None, help="password: read from stdin if '-'")
cache.set(key=f"user:{user.id}", value=1)
raise HTTPException(401, detail="invalid token: signature expired at 12:00")
TEST_KEY_ORDER = ["a1", "b2"]
sorted(rows, key=itemgetter("name"))
d = {"key": "value1", "token": Token("x"), "auth": ("user", "pass")}
SECRET_NAME = "prod/db/password"
password = getpass("Password 1: ")
session.headers["Authorization"] = "Bearer " + token
digest = "d41d8cd98f00b204e9800998ecf8427e"
etag = '"33a64df551425fcc55e4d42a148795d9f25f89d4"'
