package turn

// The lists of words by which [standsAlone] judges. Each begins and ends with a
// space.

// outward are words that refer to something outside the question, or may: to who
// asks and is asked, to what was said, to where and when it is. With them are
// those that want another answer each time.
const outward = " " +
	// people
	"i im me my mine myself we us our ours you your yours yourself u ur he him his she her hers they them their theirs " +
	"someone somebody anyone anybody everyone everybody nobody people person guy guys friend friends folks man dude bro " +
	"member members user users mod mods moderator admin admins owner team name names nickname called " +
	// things that were named before
	"it its itself this that these those one ones both either neither each other others another such same so thing things stuff " +
	"something anything everything nothing none whole rest former latter above below previous prior next last following " +
	"else instead also too then though not no yes ok okay better worse faster slower bigger smaller easier harder simpler " +
	"shorter longer different differently similar again more less further continue back enough " +
	// what was said
	"answer answers answered question questions message messages chat conversation discussion topic thread channel " +
	"server guild discord bot role roles emoji emojis sticker ping dm dms rule rules post posts posted pinned said say says saying told tell " +
	"mentioned asked talking discussed " +
	// here
	"here there where around local nearby home outside room voice link file image picture screenshot attachment code " +
	"project task ticket issue issues meeting event events party game match team deadline deploy deployment prod production staging " +
	"release sprint password plan plans schedule problem error " +
	// now
	"now today tonight tomorrow yesterday currently current latest recent recently lately soon yet still already ago later " +
	"before after earlier nowadays new newest news time date weather forecast price prices cost costs score stock stocks rate " +
	"election president minister king queen pope ceo age old version status up down online offline trending popular winner winners winning won " +
	"lunch dinner breakfast monday tuesday wednesday thursday friday saturday sunday morning evening night weekend season happening going working " +
	// opinions, and what differs each time
	"best worst favorite favourite good bad nice cool joke jokes riddle story stories poem poems haiku song random roll dice coin " +
	"pick choose guess surprise should could would can will may might "

// unique are things of which there is one.
const unique = " sun moon earth sky sea ocean universe world internet atmosphere equator alphabet dollar euro netherlands usa uk eu un "

// measures are what a thing has one of: "the capital of".
const measures = " capital population meaning definition difference differences distance speed height length width depth size area volume mass weight " +
	"density temperature purpose origin history formula syntax plural opposite synonym antonym symbol currency complexity " +
	"root square sum product average median value unit point language flag anthem causes symptoms inventor author etymology "

// states are what something may be in, and how a sentence goes on that names
// nothing.
const states = " on in at for with about to from by of off over under out if when how why what who which whose because and or but " +
	"wrong right left missing due open closed broken done ready free busy true false important necessary possible fine funny " +
	"actually really even just only very all any some every many much most few several " +
	"written taken given known seen gone made next there " +
	"is are was were be been do does did has have had "

// proper are words with a capital that are no names of people.
const proper = " english german french spanish italian portuguese dutch swedish norwegian danish finnish polish czech russian ukrainian " +
	"greek turkish arabic hebrew hindi chinese japanese korean latin esperanto " +
	"europe africa asia america australia antarctica germany france spain italy portugal austria switzerland poland sweden norway denmark finland " +
	"greece turkey egypt india china japan korea russia ukraine canada mexico brazil argentina england scotland ireland wales netherlands belgium " +
	"mercury venus earth mars jupiter saturn uranus neptune pluto sun moon " +
	"go golang python java javascript typescript rust kotlin swift haskell erlang elixir ruby perl lisp scala fortran cobol " +
	"linux unix windows macos android docker kubernetes git github postgres postgresql mysql sqlite redis kafka react " +
	"internet bluetooth wifi celsius fahrenheit kelvin christmas easter olympics "
