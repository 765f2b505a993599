"""What news is about, in three languages: the beginnings of words that say one thing.

Without a model nothing else crosses languages but names and numbers; with it, a concept that one
telling has and the other lacks tells a blast from the inquiry into it. A line is

    concept | Russian | Kazakh | English

each a list of beginnings of words, the longest that fits counts; `=` before a word: the whole word.
`~` before a concept: a notice that comes every day; half a day later it is the next one.
`GROUP:` before a concept: two texts that name different ones of a group tell different events.
`!` before a concept: a stage of an affair or a kind of note, which sets a story apart from another
of the same affair. Kazakh is compared by skeleton keys, so its Latin alphabets are covered.
"""

CONCEPTS = """
quake | землетряс толчк сейсм | сілкін дүмпу сейсм | earthquake quake tremor seism aftershock jolt
fire | пожар горел горит сгоре загоре возгоран огн огон горящ | өрт жанып | fire blaze flame burn
  torch inferno
arson | поджог поджег подожж | өртеді өртеген өртелд қасақана | arson torched torch
blast | взрыв взорва | жарыл | blast explo detonat
flood | паводк наводн подтоп затоп половод | тасқын су_бас | flood inundat
mudflow | сель селев селем оползн | =сел =селі =селден көшкін | mudslide mudflow landslide
storm | шторм буран метел пург шквал | боран дауыл | storm blizzard squall gale
wind | ветер ветр | =жел =желі желге | wind
rain | дожд ливн осадк гроз град | жаңбыр жауын найзағай бұршақ | rain shower thunder hail
  precipitation
snow | снег снеж гололед | =қар =қары көктайғақ | snow ice icy
heat | жара жару жары зно | аптап ыстық | heat hot
frost | мороз замороз холод | аяз суық | frost cold freez
fog | туман | тұман | fog mist
drought | засух | құрғақшылық қуаңшылық | drought
forecast | прогноз | болжам болжай | forecast outlook predict
~weather | погод синоптик | ауа_рай райы | weather
~airquality | смог нму воздух | =ауа ауасы түтін | smog air_quality
crash | дтп авари столкн столкновени врез перевер опрокин наезд сбил | апат соқтығыс аудар қағып
  жол-көлік | crash collid collision overturn rollover accident smash
derail | сошел сошл сход рельс | рельс | derail
collapse | обруш рухну | опырыл құла | collaps rockfall cave-in
drown | утону утоп | батып суға | drown
poison | отрав сальмонел интоксикац | улан сальмонел | poison ill salmonel intoxicat
infection | инфекц заразил вирус | инфекция вирус жұқтыр | infect virus outbreak
measles | корь кори корью | қызылша | measles
vaccine | вакцин привив | вакцина екпе | vaccin
disease | болезн заболе | ауру ауыр | disease sick
hospital | госпитал больниц реанимац | аурухана госпитал жансақтау | hospital intensive
dead | погиб смерт умер скончал жертв гибел | қаза_тап қаза мерт құрбан өлім көз_жұм | dead death
  kill die dies died claim victim
injured | ранен пострада травм | жарақат зардап жарала | injur wound hurt
missing | пропал исчез | жоғал ізделу хабарсыз | missing disappear
rescue | спасател спасен спасл спасли | құтқар | rescue saved
evacuate | эвакуац эвакуир | эвакуация көшіріл | evacuat
mine | шахт рудник | шахта кеніш | mine mines colliery pit
miner | шахтер горняк горнорабоч проходчик | кенші шахтер | miner
coal | угол угля уголь угольн | көмір | coal
metal | металл сталь медь золот цинк алюмин | металл болат мыс алтын | metal steel copper gold zinc
  alumin
uranium | уран урана | уран | uranium
oil | нефт баррел | мұнай баррел | oil crude barrel
~brent | =brent брент | брент =brent | brent
gas | газ газа газов | =газ =газы газын | gas
petrol | бензин аи-92 аи-95 топлив дизтоплив дизел гсм | бензин жанармай дизель | petrol gasoline
  fuel diesel
field | месторожд | кен_орн | field oilfield deposit
pipeline | трубопровод нефтепровод газопровод ктк терминал | құбыр ктк терминал | pipeline cpc
  terminal
refinery | нпз нефтеперераб гпз | мөз | refinery
nuclear | аэс атомн ядерн | аэс атом ядро | nuclear npp
power | электр энергоблок отключен грэс тэц свет света | электр жарық энергоблок грэс жэо | power
  electric blackout outage
water | вод воды воду | =су сусыз суды ауызсу | water
heating | отопл тепл теплоснаб | жылу | heating
drone | дрон беспилотн бпла | дрон ұшқышсыз | drone uav unmanned
attack | атак напад удар | шабуыл соққы | attack strike_on assault raid
war | войн воен | соғыс әскери | war military
army | арми минобороны солдат военнослуж | армия сарбаз қорғаныс | army soldier troop defence
  defense
space | космо байконур ракет корабл орбит мкс спутник | ғарыш зымыран байқоңыр жерсерік серік |
  space rocket baikonur spacecraft cosmo orbit satellite
launch | запуск старт стартов | ұшырыл старт | launch lift-off liftoff blast-off
plane | самолет авиа борт рейс вылет | ұшақ рейс әуе_ | plane jet airliner flight aircraft
airport | аэропорт | әуежай | airport
train | поезд вагон ктж железнод | пойыз вагон қтж теміржол | train wagon railway rail freight
bus | автобус микроавтобус | автобус | bus coach minibus
truck | фур грузовик камаз дальнобой | жүк_көл жүк | truck lorr
car | автомоб машин легков | көлік автомоб | =car =cars vehicle
road | трасс дорог | жол тасжол | road highway
bridge | мост | көпір | bridge
metro | метро lrt | метро lrt | metro subway lrt
border | границ погран пункт_проп | шекара өткізу | border checkpoint
queue | очеред пробк | кезек | queue line back_up backlog
court | суд суда судов судебн трибунал | сот соты сотта | court judge tribunal
verdict | приговор вынес осужд осужден признан_вин срок получил_ | үкім сотталды кесілді сотталған |
  sentenc verdict convict guilty jail
prison | колони тюрьм заключен лишен | түрме бас_бостан абақты | prison
suspended | условн | шартты | suspended
bribe | взятк коррупц | пара сыбайлас жемқор | brib corrupt graft
embezzle | хищен растра | жымқыр | embezzl
fraud | мошен обман пирамид | алаяқ пирамида | fraud scam pyramid swindl
murder | убийств убил | кісі_өлт өлтір | murder kill
rape | изнасил насиль | зорлау зорлаған зорлық | rape sexual
drugs | наркотик нарко мефедрон гашиш | есірт мефедрон | drug mephedrone narcotic
theft | краж украл угнал | ұрла ұры | theft stole steal
police | полиц мвд | полиция іім тәртіп | police
knb | кнб спецслуж | ұқк | security_service knb
knife | нож ножом | пышақ | knife stab
weapon | оруж стрельб выстрел | қару оқ_ | weapon gun shoot shot
!detain | задерж арестова | ұстал қамал | detain arrest held
!case | возбуж расследова уголовн досудеб дело_возб | қылмыстық тергеу тергеп іс_қозғ | probe
  investigat criminal_case inquiry
!suspect | подозрева | күдік | suspect
!appeal | апелляц обжалов кассац | апелляция шағым_түс | appeal
!lawsuit | иск =иска судится | талап_арыз арыз | lawsuit sue
!release | освободили вышел_на_своб освобожден | босап босатылып_шық | released freed
fine | штраф оштраф | айыппұл | =fine =fines fined
activist | активист | белсенді | activist
protest | митинг пикет протест акци | митинг пикет наразылық | rally protest picket demonstrat
strike | забастов бастов бастую | ереуіл | =strike =strikes striking walkout down_tools
worker | рабоч | жұмысшы | worker drillers laborer
salary | зарплат оклад жалован | жалақы еңбекақы | salary salaries wage pay
journalist | журналист редактор сми | журналист редактор бақ | journalist reporter editor
blogger | блогер | блогер | blogger
president | президент глава_гос | президент мемлекет_басш | president
!receives | принял_ | қабылдады | receiv
minister | министр | министр | minister
primeminister | премьер | премьер | prime_min premier
akim | аким акимат губернатор | әкім | akim governor mayor
deputyhead | замаким заместител зам | орынбасар | deputy
deputy | депутат мажилисмен | депутат мәжілісмен | lawmaker =mp deputies
parliament | мажилис парламент | мәжіліс парламент | mazhilis parliament lawmakers majlis
senate | сенат сенатор | сенат | senate senator
law | закон законопр кодекс | =заң заңы заңды кодекс | =law =laws bill legislat
reading | чтени | оқылым | reading
ban | запрет запреща запретить | тыйым | ban bans banned prohibit
permit | разреш | рұқсат | permit allow
!appoint | назнач | тағайында | appoint named names becomes
!dismiss | освобожд уволи отстав снят_ | босатыл отставка қызметінен жұмыстан | dismiss sack fired
  resign ousted oust
election | выбор_ выборы выборов избират | сайлау | election
referendum | референдум | референдум | referendum
vote | голос проголос | дауыс | vote voter votes ballot
cec | цик избирком | осайк орталық_сай | election_comm
visit | визит прибыл прибыв | сапар келді | visit arriv
talks | переговор обсуд встреч | келіссөз кездес | talks meet meets discuss
!congratulate | поздрав | құттықта | congratul
!condole | соболезнов | көңіл_айт | condol
!mourn | траур | аза_тұту аза | mourn
!funeral | похорон прощан простил | жерлен жерледі қоштас | funeral buried bury
!compensate | компенсац выплат_ выплаты возмещ | өтемақы төленеді | compensat
!aid | гуманитар помощь_ | гуманитар көмек | humanitarian relief aid
!criticise | раскритик критик осудил осужда | сынға сынады айыптады | critici slam condemn
!urge | призва потребова призыва | шақырды талап_ет | urge call_on demand
!petition | петиц | петиция | petition
!apologise | извин | кешірім | apolog
!explain | объясн прокоммент разъясн почему | түсіндір неге | explain comment
!resume | возобнов восстанов | қалпына қайта_жан жаңғырт | resum restor back_to
!return | вернул возвращ | оралды қайтып | return
!end | завершил прекрат_ закончил | аяқтал тоқтатты_ | ended
!postpone | перенес отложи перенос | кейінге_қал шегерілді | postpon delay
!halt | приостанов останов | тоқтат тоқта | halt suspend stop
!extend | продл | ұзарт | extend
!inspect | проверк проверят внеплан | тексер | inspect check
!repair | ремонт | жөнде | repair maintenance
!close | закры закроют | жабыл жабық | close shut
!open | откры | ашыл | open
!begin | начал стартова | басталды бастады | begin start
!digest | главное_за главные_новост главные_событи дайджест обзор_новост итоги_недели итоги_дня
  неделя_в_заголовк что_произошло_за новости_дня | басты_жаңалық оқиғаларға_шолу апта_шолу
  күн_шолу жаңалықтар_шолу | roundup digest week_in_review this_week news_in_brief top_stories
!history | истори десятилет хронолог | тарих | history decades look_back
!plan | планир намер собира | жоспар | plan plans
!propose | предлож | ұсын | propos
!refuse | отказ опроверг | бас_тарт жоққа | refus deny denies reject
~stormwarning | штормов_предупр штормов | дауылды_ескерт | storm_warn
!warning | предупрежд | ескерт | warn alert
!damage | ущерб | шығын залал | damage
!support | поддерж одобр | қолда мақұл | support back backs approve
sign | подпис документ соглаш декларац | қол_қой құжат келісім декларация | sign deal agreement
  document pact accord declar
protestnote | нота | нота | note
partnership | партнер стратегич | әріптес стратегия | partnership strategic
cooperation | сотрудн | ынтымақтаст | cooperat
trade | товарооб торгов | сауда тауар_айн | trade
export | экспорт вывоз отгруз поставк | экспорт жөнелт шығар | export ship loading
import | импорт ввоз | импорт | import
investment | инвест | инвест | invest
company | компани холдинг корпорац | компания холдинг | company firm group
bank | =банк банка банки банков банку банке | =банк банкі банктер | bank
centralbank | нацбанк национальн_банк | ұлттық_банк ұлттық | central_bank national_bank
baserate | ставк | мөлшерлеме | rate rates borrowing
~exchangerate | курс обменник | бағам айырбас | exchange
currency:dollar | доллар | доллар | dollar
tenge | тенге | теңге | tenge
currency:ruble | рубл | рубль | rouble ruble
currency:yuan | юан | юань | yuan
currency:euro | =евро | еуро | euro
strengthen | укреп дорожа подорожа_ повысил | нығай | strengthen firm gain
weaken | слабе ослаб дешев | әлсіре арзанда құлдыра | weak slip
inflation | инфляц | инфляция | inflation
price | цен тариф стоимост дорож подорож | баға тариф қымбат | price tariff cost fare
tax | налог ндс | салық | tax vat
budget | бюджет | бюджет | budget
pension | пенси енпф | зейнет | pension
credit | кредит ипотек займ | несие кредит ипотека | credit loan mortgage
profit | прибыл выручк | пайда табыс | profit revenue earning
dividend | дивиденд | дивиденд | dividend
shares | акци акций ipo | акция ipo | share stock ipo
rating | рейтинг | рейтинг | rating affirm
gdp | ввп рост_эк эконом | жіө экономика | gdp growth econom
unemployment | безработ | жұмыссыз | unemploy jobless
production | производ выпуск промпроиз | өндір өнеркәсіп | output production industrial
mining | добыч добыва | өндіру | output
increase | вырос увелич повыс рост_ прибав | өсті арт көтер ұлғай | rise rises rose up increase hike
  raise lift surge
decrease | сниз упал сократ паден | төменде азай құла қысқар | fall fell drop cut slash decline down
hold | сохран оставил неизмен | сақта өзгеріссіз | hold keep unchanged maintain
grain | зерн пшениц урожай | астық бидай егін | grain wheat harvest crop
livestock | скот овец лошад кон | мал қой жылқы | livestock cattle sheep horse
locust | саранч | шегіртке | locust
saiga | сайга сайгак | киік | saiga
seal | тюлен | итбалық | =seal =seals
animal | животн зоопарк барс тигр | жануар хайуанат барыс жолбарыс | animal zoo leopard tiger
fish | рыб | балық | fish
school | школ учени | мектеп оқушы | school pupil
university | университет вуз студент | университет студент жоо | universit student
exam | ент экзамен выпускник | ұбт емтихан түлек | exam graduate
teacher | учител педагог | мұғалім ұстаз | teacher
child | ребен дети детей детск воспитан | бала балалар сәби | child kid toddler
teenager | подрост несовершеннол | жасөспірім кәмелет | teen minor
doctor | врач медик минздрав здравоохран | дәрігер денсаулық медик | doctor health medic
insulin | инсулин лекарств препарат | инсулин дәрі | insulin drug medicine
market | рынок рынк базар барахолк | базар нарық | market bazaar barakholka
mall | трц торгов_центр | сауда_орт | mall
shop | магазин | дүкен | shop store
house | дом дома жил | үй тұрғын | house home residential
flat | квартир многоэтаж | пәтер көпқабат | flat apartment
building | здани строит постро строительств | құрылыс ғимарат салын | build construct
factory | завод фабрик комбинат | зауыт комбинат | factory plant smelter
land | земл земельн | =жер жерді | =land
forest | лес лесн степн | орман дала | forest steppe wildfire
lake | озер | көл | lake
river | рек | өзен | river
mountain | гор горах вершин пик | =тау шың | mountain peak summit
park | парк заповедн | саябақ қорық | park reserve
tourist | турист туризм | турист туризм | touris hiker holidaymaker
football | футбол матч кпл сборн тур_ гол | футбол матч құрама ойын доп | football match soccer goal
  league
tennis | теннис турнир сет | теннис турнир | tennis open
boxing | бокс | бокс | box boxer
hockey | хокке | хоккей | hockey
wrestle | борьб дзюдо борец | күрес дзюдо | wrestl judo
chess | шахмат | шахмат | chess
champion | чемпион | чемпион жеңімпаз | champion title
round:final | =финал финала финале | =финал финалы финалға финалда | =final =finals
round:semifinal | полуфинал | жартылай | semi
round:quarterfinal | четвертьфинал | ширек | quarter-final quarterfinal
round:early | =круг круге | айналым кезең | round
medal | медал бронз серебр золот | медаль қола күміс алтын | medal bronze silver gold
win | победил выиграл обыграл победа одолел выигр | жеңді ұтты жеңіс жеңіп | win wins beat beats
  defeat victory
lose | проигра уступил поражен | жеңілді ұтылды жеңіл | lose loses lost
draw | ничь вничью | тең_ | draw
coach | тренер | бапкер | coach
lottery | лотере выиграл_ джекпот | лотерея ұтып | lottery jackpot
film | фильм кино режиссер | фильм кино режиссер | film movie drama director
concert | концерт песн певец певиц | концерт ән әнші | concert song singer
theatre | театр опер балет | театр опера | theat opera ballet
museum | музе выставк | мұражай көрме | museum exhibit
archaeology | археолог раскоп курган сакск | археолог обадан қорған сақ | archaeolog excavat dig
  burial saka
language | язык алфавит латин | тіл әліпби латын | language alphabet latin
religion | мечет церк религ | мешіт шіркеу дін | mosque church religio
holiday | праздник наурыз | мереке наурыз | holiday nauryz festival
forum | форум саммит конференц | форум саммит конференция | forum summit conference
un | оон | бұұ | =un united_nations
imf | мвф | хвқ | imf
worldbank | всемирн_банк всемирн | дүниежүз | world_bank
internet | интернет сайт соцсет | интернет сайт желі | internet online social
telecom | связ оператор | байланыс оператор | telecom mobile
digital | цифр | цифр | digital
ai | искусствен ии | жасанды жи | artificial =ai
crypto | криптов крипто битко | крипто | crypto bitcoin
data | данны утечк | дерек | data leak breach
survey | опрос исследован | сауалнама зерттеу | survey poll study
resident | жител населен | тұрғын | resident
petrolprice | моратор | мораторий | moratorium freeze
visa | виз безвиз | виза | visa
citizen | граждан | азамат | citizen
migrant | мигрант | мигрант көші | migrant
extradite | экстрадир выдал | экстрадиция елге_жет | extradit
sanction | санкци | санкция | sanction
terror | террор экстрем | террор экстрем | terror extrem
foreignministry | =мид | =сім сыртқы_іс | foreign_min
emergency | мчс чп чрезвычай | тжм төтенше | emergenc
energyministry | минэнерго | энергетика_мин | energy_min
energydrink | энергетик энергетическ_нап | энергетикалық | energy_drink
record | рекорд | рекорд | record
quota | квот | квота | quota
auction | аукцион разместил_ | аукцион орналастыр | auction
bond | облигац меукам нот_ ноты | облигация нота | bond notes
trainstop | движени | қозғалыс | traffic movement
signal | сигнал датчик оповещ смс | хабарлама дабыл | signal alert sensor
lawyer | адвокат защит | адвокат қорғау | lawyer attorney
prosecutor | прокур | прокур | prosecutor
pilotless | обломк | сынық | debris fragment wreckage
military | учени_ тревог | жаттығу | drill exercise
reserve | нацфонд резерв | қор_ | fund reserve
subsidy | субсид | субсидия | subsid
poll | сбор_ подпис_ | қолтаңба | signature
metropolis | столиц | астана_қ елорда | capital
stadium | стадион арен | стадион арена | stadium arena
fan | болельщик фанат | жанкүйер | fan fans
fight | драк подрал бой поедин | төбелес жекпе | fight brawl bout
farmer | фермер аграр сельск сельхоз | фермер шаруа ауыл_шар | farm agricultur farmer
ecology | эколог | эколог | ecolog environment
woman | женщин | әйел | woman women
man | мужчин | ер_адам | =man
team:women | женск девушк | қыздар әйелдер | women girls
team:men | мужск юнош | жігіттер ерлер | =men boys
company:airastana | эйр_астана air_astana | эйр_астана air_astana | air_astana
company:scat | =scat =скат | =scat | =scat
company:flyarystan | flyarystan | flyarystan | flyarystan
company:qazaqair | qazaq_air | qazaq_air | qazaq_air
company:kaspi | kaspi каспи_ | kaspi | kaspi
company:halyk | halyk халык_банк народн_банк | halyk халық_банк | halyk
company:forte | fortebank | fortebank | fortebank
company:centrcredit | центркредит | центркредит | centercredit centrcredit
company:freedom | freedom | freedom | freedom_bank freedom_holding
company:kazatomprom | казатомпром | қазатомөнер | kazatomprom
company:kazmunaygas | казмунайгаз кмг | қазмұнайгаз =қмг | kazmunaigas kazmunaygas kmg
company:kazakhtelecom | казахтелеком | қазақтелеком | kazakhtelecom
company:samruk | самрук | самұрық | samruk
company:kazakhmys | казахмыс | қазақмыс | kazakhmys
company:ktz | ктж казакстан_темир | =қтж | ktz kazakhstan_temir
company:kegoc | kegoc | kegoc | kegoc
company:cpc | =ктк каспийск_трубопров | =ктк каспий_құбыр | =cpc caspian_pipeline
company:tengizchevroil | =тшо тенгизшевр | =тшо теңізшевр | tengizchevroil
"""
