# ruff: noqa: SIM905 (word lists are read and added to as words)
"""Invented names, places and sentences of the demonstration borough. Nobody here is or was a real person."""

GIRLS = (
    "Amelia Aisha Beatrix Chiara Daisy Ebony Freya Grace Hana Imogen Jaya Kezia Lily Maja Nadia Orla Poppy Ruby Safiya "
    "Tegan Una Violet Wanjiru Xanthe Yasmin Zoë Ngọc Siobhán Łucja Chidinma"
).split()
BOYS = (
    "Adam Bilal Callum Dawid Ethan Finlay George Haris Idris Jaden Kofi Leo Musa Noah Oscar Piotr Rafael Samir Theo "
    "Umar Vincent Wren Xavier Yusuf Zack Tomás Søren Kwame Ravi Jakub"
).split()
WOMEN = (
    "Alison Bridget Carla Donna Elif Fatima Gemma Helen Iwona Jodie Kelly Leanne Michelle Nasreen Olena Paula Rachel "
    "Shanice Tracey Ursula Vera Wendy Yvonne Zainab"
).split()
MEN = (
    "Andrew Brian Craig Darren Emeka Faisal Gary Hassan Ian Jason Kevin Lee Mohammed Nigel Owen Paul Robert Stephen "
    "Tariq Viktor Wayne Zbigniew"
).split()
FAMILIES = (
    "Abara Ashdown Begum Bramley Brightwell Calder Chaudhry Cobb Copperfield Dalby Dąbrowska Eastwick Fairlamb Farah "
    "Fernsby Garside Ghosh Hallworth Hartnell Hussain Ibekwe Jarrow Kaczmarek Kettle Khan Lightfoot Lowick Malik "
    "Marchbank Mensah Mistry Narewska Nettleship Nguyễn O’Doherty Okafor Osei Pargeter Patel Penhallow Quarmby Rahman "
    "Rowntree Sandhu Sedgwick Shah Silverdale Smallwood Tembo Thackray Thistlewood Underhill Vance Vasquez Wadsworth "
    "Warsame Whitlock Winterbourne Yeomans Zielińska"
).split()
#: Names in scripts the search has to find as they are written: given name, family name, sex.
SCRIPTS = (
    ("Софія", "Коваленко", "F"),
    ("علي", "حسن", "M"),
    ("明", "王", "M"),
    ("ሰላም", "ተስፋዬ", "F"),
    ("ਗੁਰਪ੍ਰੀਤ", "ਸਿੰਘ", "M"),
    ("Ελένη", "Παπαδοπούλου", "F"),
    ("Saharto", "", "F"),
)
STREETS = (
    "Mill Lane, Station Road, Orchard Close, Victoria Terrace, Canal Street, The Crescent, Beech Avenue, Quarry Hill, "
    "Foundry Row, Meadow Way, Chapel Street, Kestrel Drive"
).split(", ")
TOWNS = ("Exampleton", "Samplesea", "Little Specimen", "Mockford")
NURSERIES = ("Riverside Nursery", "Little Specimen Playgroup")
PRIMARY_SCHOOLS = ("Exampleton Primary School", "St Swithin’s Primary School")
SECONDARY_SCHOOLS = ("Samplesea Academy", "Mockford High School")
LANGUAGES = ("english", "english", "english", "english", "polish", "urdu", "arabic", "somali", "ukrainian")
ETHNICITIES = ("WBRI", "WBRI", "WBRI", "WOTH", "APKN", "BAFR", "MWBC", "AOTH", "NOBT")

#: What callers say: (who calls, source code, grade, level, sentence, what the child said, injuries).
CALLS = (
    (
        "Class teacher",
        "2A",
        "green",
        "2",
        "{child} came to school without a coat again and says there is no food at home.",
        "“Mum is asleep a lot.”",
        "",
    ),
    (
        "Health visitor",
        "3B",
        "green",
        "2",
        "{adult} has missed three appointments and the home was cold and cluttered.",
        "",
        "",
    ),
    (
        "Police officer",
        "6",
        "amber",
        "3",
        "Officers were called to shouting and broken glass; {child} was upstairs in bed.",
        "",
        "",
    ),
    (
        "Neighbour",
        "1B",
        "blue",
        "1",
        "A neighbour hears crying through the wall most evenings and is worried about {child}.",
        "",
        "",
    ),
    (
        "GP",
        "3A",
        "amber",
        "3",
        "{adult} says they are not coping and have stopped taking their medicine.",
        "",
        "",
    ),
    (
        "Designated safeguarding lead",
        "2A",
        "red",
        "4",
        "{child} told a teacher that {adult} hit them with a belt last night.",
        "“He hit me with the belt because I was loud.”",
        "A linear bruise on the left thigh.",
    ),
    (
        "Housing officer",
        "4",
        "blue",
        "1",
        "The family is two months behind with the rent and asks what help there is for {child}.",
        "",
        "",
    ),
    (
        "Aunt",
        "1A",
        "green",
        "2",
        "{child} has been staying with an aunt since Friday; {adult} has not called.",
        "“I want to stay here.”",
        "",
    ),
    (
        "Midwife",
        "3D",
        "amber",
        "3",
        "{adult} is 30 weeks pregnant, uses substances and has booked late.",
        "",
        "",
    ),
    (
        "Probation officer",
        "7",
        "green",
        "2",
        "{adult} is due to come home on licence to a house where {child} lives.",
        "",
        "",
    ),
    (
        "Youth worker",
        "5A",
        "amber",
        "3",
        "{child} was seen with older people in a car park and had a new telephone.",
        "“They are just friends.”",
        "",
    ),
    (
        "Nursery manager",
        "2B",
        "blue",
        "1",
        "{child} has been collected late six times this month.",
        "",
        "",
    ),
)
REASONS = {
    "advice": "Told where to find help; nothing here suggests that the child is at risk.",
    "early_help": "The family agrees to help and the worries are at level 2.",
    "no_further_action": "Checked with school and health: no other worries, and the parents have acted already.",
    "referral": "The child may be in need: an assessment is needed to know what life is like for them.",
}
