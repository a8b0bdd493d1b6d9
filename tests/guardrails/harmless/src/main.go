package main
var tokenKey = contextKey("token")
type Config struct {
	Password string `env:"DB_PASSWORD" json:"-" yaml:"password"`
	APIKey   string `mapstructure:"api_key"`
}
func f() { key := fmt.Sprintf("user:%d", id); token := r.Header.Get("Authorization"); _ = key; _ = token }
const passwordHashCost = 12
var errToken = errors.New("token: malformed v1 header")
