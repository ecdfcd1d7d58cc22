"""Names that are written in several ways: widely known spellings, forms of other languages, English short forms. Pure.

A general table, of no one place: the first word of a line stands for the family, the others belong to it. A word may
belong to several (Alex). Two names of one family are alike, never the same.
"""

import re
from functools import lru_cache

from frontdoor.people.words import JOINERS, fold

# One name in several spellings or languages.
SPELLINGS = """
mohammed muhammad mohamed mohammad muhammed mohamad muhamad mohammod mohamud mahamed maxamed mahammed mohd md mo moh
ahmed ahmad axmed achmed ahmet ehmed
hussain hussein husain husein hossain hosain hussien husayn huseyin xuseen
hassan hasan xasan hassen
ali aly cali
omar umar cumar omer umer
osman usman uthman othman cusmaan ousmane usmaan
yusuf yousef youssef yousuf yusef yusaf yousif yousaf yusif yuusuf joseph
ibrahim ebrahim ibraheem ibrahima ebrahem brahim
ismail ismael esmail ismaeel ismaciil
abdullah abdallah abdulah abdoulaye abdulla abdalla cabdullahi abdullahi
abdulrahman abdurrahman abdurahman abdirahman abdelrahman cabdiraxmaan abdulrehman
abdi cabdi abdy
abdul abdel abd abdal abdool
mustafa mostafa mustapha mostapha moustafa
mahmoud mahmud mehmood mahmood maxamuud
hamza hamzah xamse hamsa
bilal belal bilaal
khalid khaled halid kaled
tariq tarik tareq tarek tarique
rashid rasheed rachid rashed
saeed said sayed saed siciid syed sayyid sayid saied
salim saleem selim salem
karim kareem kerim
jamal jamaal gamal cemal djamal
jamil jameel cemil
hamid hameed hamed xamiid
walid waleed oualid
farid fareed
iqbal eqbal ikbal
qasim kasim qassim kassim qasem kasem
sulaiman suleiman sulayman solomon suleyman soleiman sulaymaan
yahya yahia yehia yaxya
zakaria zakariya zakariyya zekeriya zacharia zechariah
ayub ayoub ayyub ayoob
idris idrees idriss edris
musa mousa moosa moses muse
isa eesa essa issa ciise
dawud dawood daud daoud david
haroon harun haroun aaron
adam aadam adan aden aadan
aisha ayesha aysha aishah aesha ayisha caasha caisha ayse
fatima fatema fatimah fathima fatma faadumo fadumo faduma fatuma fatoumata
khadija khadijah khadeeja hatice kadija khadiija qadija
zainab zaynab zeinab zeynep zaineb zeynab zenab seynab
maryam mariam meryem miriam maryan mariyam marium maryama
halima haleema halimah xaliimo
amina aminah ameena aamina aminata
samira sameera samirah
sumaya sumaiya sumayya sumayyah
safiya safiyah sofiya safia safiyya
leila layla laila leyla lailah laylah
nur noor nour nuur
hibah hiba heba
yasmin yasmeen jasmine yasmine yasemin jasmin jazmin
iman eman imaan
rahma raxma rahmah
ruqayyah ruqaya rukaya rukia ruqayah
shahid shaheed
sheikh shaikh shaykh sheik
choudhury chaudhry chowdhury chaudhary choudhry chaudhri chawdhury choudhary
begum begam beegum
khatun khatoon
bibi beebi
akhtar akter aktar akhter akther
miah mia miya mian miyah
rahman rehman rahmaan
uddin udin
siddiqui siddique siddiqi sidiqi
qureshi quraishi kureshi qureishi
malik malek maalik
mirza mirzah
nguyen nguyn
singh sing
kaur kour
mehta meheta
gurpreet gurprit
jaspreet jasprit
manpreet manprit
alexander aleksander alexandre alejandro aleksandr alessandro oleksandr iskander
alexandra aleksandra alessandra oleksandra alexandria
sophia sofia zofia sophie sofija sofiia
catherine katherine kathryn catharine katarzyna katarina kathrine catarina ekaterina kateryna caterina kathleen
elizabeth elisabeth elzbieta elisabeta isabel isabella izabela izabella isabelle
john jon johan juan joao jan ioan ivan giovanni ian sean shaun shawn
michael micheal mikael michal miguel mihai mykhailo mikhail michele mikolaj
nicholas nicolas nikolas nicolae mikolaj nikolai mykola
stephen steven stefan stephan esteban
philip phillip filip felipe
peter piotr pedro petr petro
paul pawel pablo paulo pavel
andrew andrei andrzej andre andres andriy
matthew mathew mateusz mateo matei matteo matthias
joseph josef jose jozef iosif giuseppe
james jakub jacob jaime jacek yakub yaqub yaqoob
geoffrey jeffrey jeffery
marc mark marek marco marko
luke luca lukasz lucas lukas luka
thomas tomas tomasz
christopher cristopher krzysztof cristofer kristopher christofer
christian cristian kristian
christina cristina kristina krystyna
frederick frederic fredrick fryderyk
anthony antony antonio anton antoni
gabriel gabriele
daniel danyal danial daniyal danil
samuel samuil
benjamin binyamin benyamin
isaac izaak isaak ishaq ishaaq
george jerzy jorge gheorghe georgi yuri
maria marie mary mariya mariia marija
anna anne ann ana hanna hannah hana hannan
julia giulia yulia iulia julie yuliia
eva ewa eve ava
helen helena elena ellen olena yelena
agnes agnieszka
margaret malgorzata margarita margareta
theresa teresa tereza
viktoria victoria wiktoria viktorija
veronica weronika veronika
natalia nataliya natalya nathalie natalie
sarah sara saira sarra
rebecca rebekah rebeca
rachel rachael rachelle
lily lilly lili lillie
zoe zoey zoie zoya
chloe cloe khloe
phoebe phebe
ella ela
amelia emilia emelia amelie emily emilie
erin eryn
isla ayla
aoife eefa
niamh neve neave
siobhan shevaun chevonne
caitlin kaitlin katelyn caitlyn kaitlyn
kayleigh kayley kaylee kaleigh
ashley ashleigh ashlee
lesley leslie
hayley hailey haley hayleigh
connor conor konnor
callum calum kallum
declan decklan
jayden jaden jaiden jaydon
aidan aiden ayden aydan
kieran kieron ciaran keiran
rhys reece reese rees
lewis louis luis
brian bryan
alan allan allen alun
neil neal niall
graham graeme grahame
stuart stewart
gareth garath
clark clarke
smith smyth smythe
brown browne
green greene
gray grey
read reed reid
taylor tayler tailor
thompson thomson tomson
davies davis davys
philips phillips philipps
johnson johnston johnstone
nicholls nichols nicols
matthews mathews
macdonald mcdonald
ryan rian
white whyte
cook cooke
moor moore more
wood woods
williams william
robert roberts
edward edwards
richard richards
harris harries
rogers rodgers
pearce pierce
hughes hews
shaw shore
burns byrne byrnes
obrien brien
oneill neill oneil
oconnor connor
kelly kelley
murray murry
bailey bayley baily
carr kerr
simpson simson
lawrence laurence
marshall marshal
elliott elliot eliot
barnet barnett
barrat barrett
bennet bennett
garret garrett
silva da-silva dasilva
ferreira ferreyra
rodrigues rodriguez
gomes gomez
fernandes fernandez
lopes lopez
goncalves gonzalez gonzales
"""

# English short and pet forms.
NICKNAMES = """
alexander alex al xander sandy lex alec zander
alexandra alex lexi lexie sandra sasha lexy
alfred alf alfie fred freddie
amelia amy millie milly mia mils
abigail abi abbie abby gail
albert al bert bertie
andrew andy drew
anthony tony ant
archibald archie
arthur art artie
barnaby barney
beatrice bea trixie beattie
benjamin ben benny benji benjy
bethany beth bethy
bradley brad
cameron cam
caroline carrie caz caro
catherine kate katie kathy cathy cat kit kitty katy kat
charles charlie chas chuck
charlotte charlie lottie lotty char
christopher chris kit topher kris
christian chris
christina chris chrissie tina
daniel dan danny
danielle dani danni ellie
david dave davey davy
deborah deb debbie debs
dominic dom
dorothy dot dotty dottie
edward ed eddie ted teddy ned
eleanor ellie nell nellie nora elle
elizabeth liz lizzie beth betty eliza lizzy bess betsy libby ellie lisa
emily em emmie millie
emma em emmie
evelyn evie eve
florence flo florrie flossie
frances fran frankie
francis frank frankie fran
frederick fred freddie freddy rick
gabriel gabe
gabriella gabby gabi ella
george georgie
georgina georgie gina
gregory greg
gwendoline gwen
hannah han hana
harriet hattie harri
harrison harry
harold harry hal
henry harry hal hank
isabella bella izzy issy isa belle
isabelle bella izzy issy belle
jacob jake
jacqueline jackie
jack jackson
james jim jimmy jamie jem
jennifer jen jenny jennie
jeremy jerry jez
jessica jess jessie
joanna jo joanne
john johnny jack
jonathan jon jonny johnny jonty
joseph joe joey
joshua josh
judith judy
julian jules
kathleen kath kathy
katherine kate katie kathy kat kit kitty katy
kenneth ken kenny
kimberley kim
lawrence larry laurie
leonard len lenny leo
leonardo leo
leo leon
lewis lew
lucas luke
lucy lu lulu
louisa lou
louise lou
madeleine maddie maddy
madison maddie maddy
margaret maggie meg peggy marge daisy
martin marty
matilda tilly tillie mattie
matthew matt matty
maximilian max
michael mike mick mikey micky
mohammed mo
muhammad mo
natalie nat
natasha tash tasha
nathaniel nat nathan nate
nathan nate
nicholas nick nicky nico
nicola nicky nikki
oliver ollie olly
olivia liv livvy livia olly livi
oscar ossie
patricia pat trish patsy tricia
patrick pat paddy
penelope penny
peter pete
philip phil pip
philippa pippa pip
rebecca becky becca bex
reginald reg reggie
richard rich rick dick ricky richie
robert rob bob bobby robbie bert
roland rolly
ronald ron ronnie
rosemary rosie rose
rose rosie
roseanna rosie
samantha sam sammy
samuel sam sammy
sarah sally sadie
sebastian seb bas
simon si
sophia soph sophie
stanley stan
stephanie steph steff
stephen steve stevie ste
susan sue susie suzie
suzanne sue suzie
tabitha tabby
thaddeus tad
theodore theo ted teddy
theresa terri tess tessa
terence terry
thomas tom tommy
timothy tim timmy
tobias toby
victoria vicky vikki tori vic
victor vic
vincent vince vinny
violet vi
william will bill billy willie liam willy
winifred winnie
yasmin yas
zachary zach zac zack zak
zacharia zach zac zack
"""

LOST = re.compile("[�?]+")


def _families(table: str) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(table.split("\n")):
        for word in line.split():
            found.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


_SPELT = _families(SPELLINGS)
_SHORT = _families(NICKNAMES)
_NONE: frozenset[int] = frozenset()


@lru_cache(maxsize=300_000)
def name_words(text: str) -> tuple[str, ...]:
    """The words of a name in order, folded; ``?`` stays where a letter was lost (``Ma?gorzata``)."""
    folded = JOINERS.sub("", fold(LOST.sub("?", text)))
    return tuple(c for c in re.split(r"[^\w?]+|_", folded) if c.strip("?") and not c.isdigit())


def same_family(a: str, b: str) -> bool:
    """Whether two words are known spellings or short forms of one name."""
    return bool(_SPELT.get(a, _NONE) & _SPELT.get(b, _NONE) or _SHORT.get(a, _NONE) & _SHORT.get(b, _NONE))


def spellings_of(word: str) -> frozenset[str]:
    """The other known spellings and short forms of a name."""
    numbers, short = _SPELT.get(word, _NONE), _SHORT.get(word, _NONE)
    found = {other for other, held in _SPELT.items() if numbers & held} if numbers else set()
    found |= {other for other, held in _SHORT.items() if short & held} if short else set()
    return frozenset(found - {word})


def family_numbers(word: str) -> list[str]:
    """Keys of the families a word belongs to, for gathering names that are written in several ways."""
    return [f"s{n}" for n in sorted(_SPELT.get(word, _NONE))] + [f"n{n}" for n in sorted(_SHORT.get(word, _NONE))]


_PAIRS = (
    ("sch", "s"), ("tch", "s"), ("sh", "s"), ("ch", "s"), ("cz", "s"), ("sz", "s"), ("rz", "s"), ("ph", "f"),
    ("ght", "t"), ("gh", "g"), ("kh", "k"), ("dh", "d"), ("th", "t"), ("bh", "b"), ("ck", "k"), ("qu", "k"),
    ("wr", "r"), ("kn", "n"), ("dj", "j"), ("ks", "s"), ("x", "s"), ("ce", "s"), ("ci", "s"), ("cy", "s"),
)  # fmt: skip
_LETTERS = str.maketrans({"c": "k", "q": "k", "z": "s", "w": "v", "y": "i"})
_VOWELS = frozenset("aeiouh")


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """A rough sound: consonants in order, doubles once, first vowel as ``a``. Only for gathering and for likeness."""
    text = word.replace("?", "")
    for old, new in _PAIRS:
        text = text.replace(old, new)
    text = text.translate(_LETTERS)
    kept = ""
    for place, letter in enumerate(text):
        if letter in _VOWELS:
            if place == 0:
                kept = "h" if letter == "h" else "a"
            continue
        if not place or text[place - 1] != letter:
            kept += letter
    return kept[:8]


@lru_cache(maxsize=200_000)
def plain(word: str) -> str:
    """A word with the letters that other alphabets and languages exchange written one way, its vowels kept: Wiktor and
    Victor, Kristof and Christoph. Only for likeness."""
    text = word
    for old, new in _PAIRS:
        text = text.replace(old, new)
    return text.translate(_LETTERS)
