// Package config reads what the operator decides: a YAML file, environment
// variables that go before it, and a default for everything else.
//
// A key is declared in one place, as a field of [Config]: its comment is the
// documentation, its tags are the name, the environment variable, the default
// and what is allowed. The reader, the checks, [Config.Print] and the file of
// [Template] are all made of that, so that they cannot differ. Where nothing is
// said of a number, 0 is a number like any other.
package config

import (
	"log/slog"
	"time"

	"troupe/messages"
)

// Config is all that can be set. Make one with [Load] or [Default].
type Config struct {
	// How the bot reaches Discord.
	Discord Discord `yaml:"discord"`
	// How the bot reaches Gemini, and how much of it it may use. The limits are those of your plan:
	// https://aistudio.google.com/usage shows them. For each, 0 keeps to what Gemini says and counts nothing itself.
	Gemini Gemini `yaml:"gemini"`
	// Whom the bot answers, where, and as whom.
	Answer Answer `yaml:"answer"`
	// What people may use up.
	Limits Limits `yaml:"limits"`
	// How much of a conversation the bot has in mind.
	Memory Memory `yaml:"memory"`

	// Where questions, answers and quotas are kept: sqlite: and the path of a file, which is made if need be,
	// or "memory:" to forget all when the bot stops.
	Store string `yaml:"store" env:"TROUPE_STORE" default:"sqlite:troupe.db" is:"store"`
	// Where the dashboard, /metrics, /healthz and /readyz are served: an address and a port, or off for nowhere.
	// Anyone who reaches an address that is not of this machine alone may look.
	HTTP string `yaml:"http" env:"TROUPE_HTTP" default:"127.0.0.1:8080" is:"address"`
	// The least that is logged.
	Log string `yaml:"log" env:"TROUPE_LOG" default:"info" one_of:"debug info warn error"`

	origins map[string]origin // by key; one that is missing has its default
}

// Discord is how the bot reaches Discord.
type Discord struct {
	// The bot's token, from https://discord.com/developers/applications, page Bot. Better set it in the environment.
	Token Secret `yaml:"token" env:"DISCORD_TOKEN"`
	// The address of Discord's API.
	APIURL string `yaml:"api_url" env:"DISCORD_API_URL" default:"https://discord.com/api/v10" is:"url"`
	// The address of Discord's files.
	CDNURL string `yaml:"cdn_url" env:"DISCORD_CDN_URL" default:"https://cdn.discordapp.com" is:"url"`
	// Requests a second to Discord, all together. Discord lets 50 through, more if it has raised the limit of a
	// large bot. 0 keeps to what Discord says and counts nothing itself.
	RequestsPerSecond int `yaml:"requests_per_second" env:"TROUPE_DISCORD_RPS" default:"50" min:"0" max:"10000"`
	// Requests to Discord at once. auto starts at 10 and finds out what goes well; auto:40 does so up to 40; a
	// number stays as it is; 0 is no bound of the bot's own.
	Concurrency Concurrency `yaml:"concurrency" default:"auto"`
}

// Gemini is how the bot reaches Gemini.
type Gemini struct {
	// The API key, from https://aistudio.google.com/apikey. Better set it in the environment.
	Key Secret `yaml:"key" env:"GEMINI_API_KEY"`
	// The address of the Gemini API.
	APIURL string `yaml:"api_url" env:"GEMINI_API_URL" default:"https://generativelanguage.googleapis.com/" is:"url"`
	// The model that answers.
	Model string `yaml:"model" default:"gemini-3.5-flash-lite" is:"name"`
	// The model that answers instead while the other's requests of the day would not last, or are used up: each
	// has limits of its own. Empty is none.
	SpareModel string `yaml:"spare_model" is:"spare"`
	// The model that tells which texts say the same, for what the bot learns of people and servers: see
	// memory.learn. Empty is none: then only what has the same words is known to be the same.
	EmbeddingModel string `yaml:"embedding_model" default:"gemini-embedding-2" is:"spare"`
	// The longest answer, in tokens. What the model thinks counts too.
	MaxOutputTokens int `yaml:"max_output_tokens" default:"2048" min:"16" max:"65536"`
	// How hard the model thinks before it answers. Empty leaves it to the model.
	Thinking string `yaml:"thinking" one_of:"minimal low medium high xhigh"`
	// How much Gemini's safety filters block. Empty leaves it to Gemini.
	Safety string `yaml:"safety" one_of:"none few some most"`
	// Requests a minute, for each model.
	RequestsPerMinute int `yaml:"requests_per_minute" env:"TROUPE_GEMINI_RPM" default:"10" min:"0" max:"1000000"`
	// Input tokens a minute, for each model.
	TokensPerMinute int `yaml:"tokens_per_minute" env:"TROUPE_GEMINI_TPM" default:"250000" min:"0" max:"1000000000"`
	// Requests a day, for each model. The day begins at midnight in Los Angeles.
	RequestsPerDay int `yaml:"requests_per_day" env:"TROUPE_GEMINI_RPD" default:"500" min:"0" max:"1000000000"`
	// Requests to Gemini at once. auto starts at 5 and finds out what goes well; auto:40 does so up to 40; a
	// number stays as it is; 0 is no bound of the bot's own.
	Concurrency Concurrency `yaml:"concurrency" env:"TROUPE_GEMINI_CONCURRENCY" default:"auto"`
}

// Answer is whom the bot answers, where, and as whom.
type Answer struct {
	// The servers where the bot answers, as IDs. Empty is all.
	Guilds []messages.GuildID `yaml:"guilds"`
	// The channels where the bot answers, as IDs. Empty is all.
	Channels []messages.ChannelID `yaml:"channels"`
	// The people whom the bot answers, as IDs. Empty is all.
	Users []messages.UserID `yaml:"users"`
	// Whether the bot answers direct messages.
	DirectMessages bool `yaml:"direct_messages" default:"true"`
	// The channels where every message is a question to the bot, as IDs.
	Always []messages.ChannelID `yaml:"always"`
	// Words that a question may begin with instead of a mention, such as [hey bot, "!"].
	Prefixes []string `yaml:"prefixes" is:"words"`
	// Who the bot is, where nobody chose a persona.
	Persona string `yaml:"persona" default:"helpful" one_of:"helpful concise roast pirate tutor"`
	// People who are answered at once in one channel. The others wait.
	SideBySide int `yaml:"side_by_side" default:"8" min:"1" max:"100"`
	// Questions that may wait in one channel. Beyond them people are told to come back.
	Queue int `yaml:"queue" default:"200" min:"1" max:"10000"`
	// How old a question may be that was asked while the bot was away, to be answered when it is back. 0 is no
	// such answers.
	CatchUp time.Duration `yaml:"catch_up" default:"10m" min:"0s" max:"24h"`
	// How long a question waits for Gemini when that is not available, before people are told to ask again. They
	// see meanwhile how many are before them. 0 tells them at once.
	OutageWait time.Duration `yaml:"outage_wait" default:"10m" min:"0s" max:"1h"`
	// How long an answer may be given again, in the same server, to the same question, if that plainly refers to
	// nothing outside itself: "what is a prime number?". It is said that it is not new. Six times as long while
	// Gemini fails or its requests of the day are nearly used up. 0 is never.
	Cache time.Duration `yaml:"cache" default:"10m" min:"0s" max:"24h"`
}

// Limits is what people may use up.
type Limits struct {
	// Questions a minute of one person. 0 is as many as they like.
	UserRequestsPerMinute int `yaml:"user_requests_per_minute" env:"TROUPE_USER_RPM" default:"10" min:"0" max:"10000"`
	// Questions a minute of one person who has a role, by the role's ID, such as [175928847299117063=30]. The highest
	// of a person's limits holds, that of everybody included; =0 is as many as they like.
	RoleRequestsPerMinute []string `yaml:"role_requests_per_minute" is:"role_rates"`
	// Questions a minute of all people of one server together. 0 is as many as Gemini's own limits let through, for
	// which the servers take turns.
	GuildRequestsPerMinute int `yaml:"guild_requests_per_minute" env:"TROUPE_GUILD_RPM" default:"0" min:"0" max:"10000"`
	// Dollars a day that Gemini may cost. The day begins at midnight in Los Angeles. 0 is no cap.
	DailySpend float64 `yaml:"daily_spend" env:"TROUPE_DAILY_SPEND" default:"1.00" min:"0" max:"1000000"`
}

// Memory is how much of a conversation the bot has in mind.
type Memory struct {
	// Messages of a channel that are kept in memory, to be read before an answer.
	WindowMessages int `yaml:"window_messages" default:"50" min:"1" max:"1000"`
	// Memory that all channels' messages may take together. The channels that were quiet longest give way.
	WindowBytes Size `yaml:"window_bytes" default:"256MiB" min:"1MiB" max:"1024GiB"`
	// Memory that answers which may be given again may take together: see answer.cache.
	CacheBytes Size `yaml:"cache_bytes" default:"16MiB" min:"64KiB" max:"16GiB"`
	// The longest prompt, in tokens. What is older is left out.
	PromptTokens int `yaml:"prompt_tokens" default:"8000" min:"256" max:"1000000"`
	// How long nothing happens until a channel or a user leaves memory. They come back when they are heard of.
	Idle time.Duration `yaml:"idle" default:"10m" min:"10s" max:"24h"`
	// Whether what was said in a channel is read before the time at which it was asked something on other days or
	// weeks, while nothing else is to be done.
	Prefetch bool `yaml:"prefetch" default:"true"`
	// Whether people may have the bot remember what they tell of themselves and learn how they write, and servers
	// what they want to remember. It does so only for who turns it on, with /memory, /privacy and /lore, and
	// only within quota that nobody needs.
	Learn bool `yaml:"learn" default:"true"`
	// Whether what was said in a channel, before what is kept in memory of it, is summed up where the bot is asked
	// something, within quota that nobody needs.
	Summaries bool `yaml:"summaries" default:"true"`
}

// LogLevel returns the least that is logged.
func (c *Config) LogLevel() slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log)); err != nil {
		return slog.LevelInfo
	}
	return level
}
