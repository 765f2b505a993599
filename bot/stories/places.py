"""Where news happens: Kazakhstan's regions with their towns, and the countries of the world's news.

A town that is named on one side and its region on the other agree; two towns, two regions or two
countries do not. A line is `region | Russian | Kazakh | English` with the beginnings of its names
  as
in `concepts`; lines that begin with `-` are places inside the region above.
"""

REGIONS = """
almaty_city | =алматы алматинец алматинц алматинск =алма-ата | =алматы алматыда алматыға алматылық
  алматыны |
  almaty
- auezov | ауэзовск | әуезов_аудан | auezov
- medeu | медеу медео | медеу | medeu medeo
- alfarabi | аль-фараби | әл-фараби | al-farabi
- bukreev | букреев | букреев | bukreev
astana | =астана =астане =астаны =астану =астаной астанчан столиц | астана елорда | astana
shymkent | шымкент чимкент | шымкент | shymkent
almaty_region | алматинск_обл конаев капчага капшагай | алматы_облыс қонаев | almaty_region konaev
- talgar | талгар | талғар | talgar
- kaskelen | каскелен | қаскелең | kaskelen
- issyk | =есик иссык | есік | issyk
- charyn | чарын | шарын | charyn
- ulken | улькен | үлкен_кент | ulken
- zhambyl_district | жамбылск_район | жамбыл_аудан | zhambyl_district
jetysu | жетысу талдыкорган | жетісу талдықорған | zhetysu jetysu taldykorgan taldyqorghan
- zharkent | жаркент | жаркент | zharkent
- khorgos | хоргос нур_жолы | қорғас нұр_жолы | khorgos
- tekeli | текели | текелі | tekeli
karaganda | караганд | қарағанды | karagand qaraghand
- temirtau | темиртау | теміртау | temirtau
- shakhtinsk | шахтинск | шахтинск | shakhtinsk
- saran | саран_ сарани | саран | saran
- balkhash | балхаш | балқаш | balkhash balqash
- karkaraly | каркарал | қарқаралы | karkaral
- abay_town | абайск_район | абай_аудан | abai_district
- priozersk | приозерск | приозерск | priozersk
ulytau | улытау жезказган | ұлытау жезқазған | ulytau zhezkazgan jezkazgan
- satpayev | сатпаев | сәтбаев_қал сәтбаевта | satpayev satpaev
abai | абайск_обл абайской семей семее семея семипалат | абай_облыс семей | abai_region abai semey
  semipalat
- ayagoz | аягоз | аягөз | ayagoz
east | вко восточно-казахстан усть-каменогорск | шқо шығыс_қазақстан өскемен | east_kazakhstan
  oskemen ust-kamenogorsk
- ridder | риддер | риддер | ridder
- zaisan | зайсан | зайсан | zaisan
- altai_town | зырянов | алтай_аудан | zyryanovsk
pavlodar | павлодар | павлодар | pavlodar
- ekibastuz | экибастуз | екібастұз | ekibastuz
- aksu | =аксу | =ақсу ақсуда | aksu
- bayanaul | баянаул | баянауыл | bayanaul
north | ско северо-казахстан петропавл | сқо солтүстік_қазақстан петропавл | north_kazakhstan
  petropavl
kostanay | костана | қостанай | kostanay
- rudny | =рудный =рудном =рудного | рудный | rudny
- lisakovsk | лисаковск | лисаков | lisakovsk
- arkalyk | аркалык | арқалық | arkalyk
- zhitikara | житикар | жітіқара | zhitikara
akmola | акмолин кокшетау | ақмола көкшетау | akmola kokshetau
- stepnogorsk | степногорск | степногор | stepnogorsk
- burabay | бурабай боровое щучинск | бурабай щучинск | burabay borovoe shchuchinsk
aktobe | актоб актюб | ақтөбе | aktobe aqtobe aktyub
- temir | темирск | темір_аудан | temir_district
- khromtau | хромтау | хромтау | khromtau
west | зко западно-казахстан уральск | бқо батыс_қазақстан =орал оралда оралдың оралға |
  west_kazakhstan oral uralsk
- aksay | =аксай =аксае =аксая | ақсай | aksay
atyrau | атырау | атырау | atyrau
- kulsary | кульсары | құлсары | kulsary
- tengiz | тенгиз тшо тенгизшевр | теңіз_кен =тшо теңіз_мұн | tengiz
mangystau | мангистау актау | маңғыстау ақтау | mangystau mangistau aktau aqtau
- zhanaozen | жанаозен | жаңаөзен | zhanaozen
- zhetybai | жетыба | жетібай | zhetybai
- beineu | бейнеу | бейнеу | beineu
- munaily | мунайлинск | мұнайлы_аудан мұнайлыда | munaily
- tupkaragan | тупкараган форт-шевченко | түпқараған | tupkaragan
kyzylorda | кызылорд | қызылорда | kyzylorda qyzylorda
- baikonur | байконур | байқоңыр | baikonur baiqonyr
- aralsk | аральск_ аральском | арал_қал =арал =аралда | aralsk
- zhanakorgan | жанакорган | жаңақорған | zhanakorgan
turkistan | туркестан | түркістан | turkistan turkestan
- kentau | кентау | кентау | kentau
- saryagash | сарыагаш | сарыағаш | saryagash
- zhetisay | жетыса жетиса | жетісай | zhetisay
jambyl | жамбыл | жамбыл | zhambyl jambyl
- taraz | тараз | тараз | taraz
- merke | мерке | меркі | merke
- korday | кордай кордае | қордай | korday kordai
- shu | шуск_ шуской | шу_аудан | shu_district
"""

COUNTRIES = """
russia | росси рф москв кремл путин | ресей мәскеу кремль путин | russia moscow kremlin putin
- orenburg | оренбург | орынбор | orenburg
- novorossiysk | новоросс | новоросс | novoross
- omsk | =омск омской омске | омбы | omsk
- petersburg | петербург | петербор | petersburg
ukraine | украин киев зеленск | украина киев зеленский | ukrain kyiv kiev zelensk
belarus | беларус белорус минск лукашен | беларус минск лукашенко | belarus minsk lukashenk
kyrgyzstan | кыргыз киргиз бишкек жапаров | қырғыз бішкек жапаров | kyrgyz bishkek japarov
uzbekistan | узбек ташкент мирзиёев мирзиеев | өзбек ташкент мирзиёев | uzbek tashkent mirziyoy
tajikistan | таджик душанбе рахмон | тәжік душанбе | tajik dushanbe
turkmenistan | туркмен ашхабад | түрікмен ашхабад | turkmen ashgabat
azerbaijan | азербайдж баку | әзербайжан баку | azerbaij baku
armenia | армени ереван пашинян | армения ереван | armenia yerevan pashinyan
georgia | грузи тбилиси | грузия тбилиси | georgia tbilisi
moldova | молдов молдав кишинев | молдова | moldova
turkey | турци турецк анкар стамбул анталь эрдоган | түркия түрік анкара стамбул анталья ердоған |
  turkey turkish turkiye ankara istanbul antalya erdogan
china | китай китая китае пекин кнр сиань шанхай си_цзиньп | қытай бейжің пекин | china chinese
  beijing xian shanghai
- xinjiang | синьцзян урумчи | шыңжаң үрімші | xinjiang urumqi
mongolia | монгол улан-батор | моңғол | mongol ulaanbaatar
japan | япон токио | жапон токио | japan tokyo
korea | коре сеул пхеньян | корея сеул | korea seoul pyongyang
india | инди дели | үндіст дели | india delhi
pakistan | пакистан исламабад | пәкістан | pakistan islamabad
afghanistan | афган кабул талиб | ауған кабул талиб | afghan kabul taliban
iran | иран тегеран | иран тегеран | iran tehran
iraq | ирак багдад | ирак | iraq baghdad
israel | израил тель-авив иерусал | израиль | israel jerusalem
palestine | палестин газы_ сектор_газ | палестина | palestin gaza
syria | сири дамаск | сирия | syria damascus
saudi | саудов эр-рияд | сауд | saudi riyadh
emirates | оаэ эмират дубай абу-даб | баә әмірлік дубай абу-даби | uae emirates dubai abu_dhabi
qatar | катар доха | катар доха | qatar doha
kuwait | кувейт | кувейт | kuwait
egypt | египет египт каир | мысыр египет | egypt cairo
usa | сша америк вашингтон трамп байден белый_дом нью-йорк | ақш америка вашингтон трамп нью-йорк |
  us_ usa america washington trump biden new_york
canada | канад оттав | канада | canada ottawa
mexico | мексик | мексика | mexic
brazil | бразил | бразилия | brazil
argentina | аргентин | аргентина | argentin
britain | британ англи лондон великобрит | ұлыбритания британ лондон англия | britain british uk_
  london england
france | франци француз париж макрон | франция париж макрон | france french paris macron
germany | герман немецк берлин мерц | германия неміс берлин | german berlin merz
italy | итали =рим =риме =рима рима_ | италия =рим римде римдегі | ital rome
spain | испан мадрид | испания мадрид | spain spanish madrid
portugal | португал лиссабон | португалия | portugal lisbon
switzerland | швейцар женев цюрих | швейцария женева | swiss switzerland geneva zurich
austria | австри вена_ вене | австрия вена | austria vienna
hungary | венгр будапешт орбан | венгрия мажарстан будапешт | hungar budapest orban
czechia | чехи чешск прага праге | чехия прага | czech prague
slovakia | словак словаки | словакия | slovak
slovenia | словен | словения | sloven
poland | польш польск варшав | польша поляк варшава | poland polish warsaw
serbia | серби сербск белград вучич | сербия белград | serbia belgrade vucic
croatia | хорват | хорватия | croatia
bulgaria | болгар | болгария | bulgaria
romania | румын бухарест | румыния | romania bucharest
greece | греци греческ афин | грекия афина | greece greek athens
finland | финлянд хельсинк стубб | финляндия хельсинки | finland finnish helsinki stubb
sweden | швеци шведск стокгольм | швеция | sweden swedish stockholm
norway | норвег осло | норвегия | norway norwegian oslo
denmark | дани_ датск копенгаг | дания | denmark danish copenhagen
netherlands | нидерланд голланд гааг амстердам | нидерланд | dutch netherlands hague amsterdam
belgium | бельги | бельгия | belgium belgian
ireland | ирланд дублин | ирландия | ireland irish dublin
latvia | латви рига_ риге | латвия | latvia riga
lithuania | литва литвы литов вильнюс | литва | lithuania vilnius
estonia | эстони таллин | эстония | estonia tallinn
eu | евросоюз брюссел =ес | еуроодақ еуропалық_одақ брюссель | eu_ european_union brussels
vietnam | вьетнам ханой | вьетнам ханой | vietnam hanoi
thailand | таиланд тайланд бангкок | тайланд бангкок | thailand thai bangkok
indonesia | индонез | индонезия | indonesia
malaysia | малайзи | малайзия | malaysia
singapore | сингапур | сингапур | singapore
philippines | филиппин | филиппин | philippin
australia | австрали | австралия | australia
southafrica | юар | оар | south_africa
nigeria | нигери | нигерия | nigeria
"""
