"""English words that are borne as names: in lower case a text means the word, and it is left as it is written."""

#: As folded. Left out here, an ordinary word that somebody bears is kept back wherever it stands in their papers.
ORDINARY = frozenset(
    """
    abbot able ace alder amber angel apple april archer ash aspen august autumn baker ball bank banks barber barker
    barley barn barrow basil bay beach bean bear beck bee bell bench berry best birch bird bishop black blade blaze
    bloom blossom blue blunt bold bolt bond bone boot bow bowl bowman box boy brain brand brass bread breeze brick
    bridge briers bright bristow broad brook brooks broom brother brown buck bud bull burden burn bush butcher
    butler butter candy cannon cant card care carey carpenter carter cash castle cat chance chandler chant charity
    chase chastity cheek cherry child church clark clay clean clear clement clerk clever cliff close cloud clover
    coal cobb cock coffee cold cole comfort commander constable constant content cook cooper copper coral corn
    corner cotton court coward craft crane creed crisp cross crow crown crystal cue curry cutter daisy dale dance
    dart dash dawn day dean dear death deer destiny dew diamond dicker dole doll dove down downs drake draper dream
    drew drink driver drum duck duke dusty dyer eager earl early east ebony eden elder eve even ever fair faith
    falcon fall farmer farrow father faulty fear feather fell fenn fern field fields finch fish fisher fleet flint
    flood flora flower foot force ford forest forester forge foster fountain fowler fox frank free freeman fresh
    friend friends frost fuller gale game garden gardener garland gates gay gem ginger glad glass glover goat gold
    golden good goose grace grain grand grant grave graves gray great green grey griffin groom grounds grove guard
    guy hale hall ham hammer hand hands handy happy harbour hard hardy hare harmony harp harper hart harvest hatch
    haven hawk hay hazard hazel head heart heath heather heaven hedge helm herb hide high hill hills hit hobby
    holder hole holiday holly home honey honor honour hood hook hope horn hound house hunt hunter hurry hurt hush
    ice idle innocent iris iron island ivory ivy jack jade jasmine jay jean jewel job jolly jordan joy judge june
    just justice keen keeper key keys kid kind king kiss kitchen kite knife knight know lace ladd lady lake lamb
    lance land lane lark last latch laurel law lawn lawyer lead leaf lean lee legend lemon level liberty light lilac
    lily lime link lion little lock lodge loft london long look lord lot love lovely low loyal luck lucky lusty
    lynch major mallet man manly manner maple marble march marigold mark marks marsh marshal marshall marvel mason
    masters match may mead meadow mean melody mercer mercy merry mews mild miles mill miller mills mint miracle mist
    modest moon moor moral more morn morning moss mother mount mouse mud myrtle nail need new nice night noble noon
    north nurse nut oak oaks ocean olive only opal orchard orchid other page pain painter palm pansy paradise paris
    park parker parks parson parsons part patch patience peace peach peacock pearl pedlar pepper perfect pet petal
    pike pine pink piper pitt place plain plant player plum poet pole pool poor pope poppy porter post pot potter
    pound powder power precious present price pride priest prime prince prior promise proud prudence pure purse
    queen quick quiet rain raven ray read ready reason red reed reeves rest rice rich riches rider ridge ring rise
    river rivers roach road robin rock rocky rose rough round row royal ruby rule rush rust rusty sad saddler sadler
    safe sage sailor saint salmon salt sand sandy savage savannah sawyer scarlet scarlett school sea seal season
    self sellers senior serene shade shadow shark sharp shepherd shore short shot shy sick side silk silver simple
    singer sky slack slate slaughter sleep slight sly small smart smith snow solomon song sorrow south spark sparks
    sparrow spears spence spice spring spur squire stable star stark stay steel step sterling stick still stone
    stones storm story strange stranger stream street strong style summer summers sun sunny swallow swan sweet swift
    tab table tall tanner tate tawny teal teller temple tender thorn thorne tiger tiny toller tom top torn tower
    town towns travel tree trinity trip true trust truth tucker turner twist unity upright usher vale valentine
    valley van vane velvet venus vera victory vine violet virtue wade wagner wait waiter wake walker wall waller
    walls ward warden warm warren waters watt way weaver webb week weeks well wells west wheat wheel wheeler white
    whitehead wick wild wilder will willing willow win wind window wing winner winter winters wise wish wit wolf
    wonder wood woods woodward wool work worth wright yard year young younger youth zion
    """.split()
)
