"""Common words whose skeleton key another common word shares: god and год, list and лист.

A text's word of these counts only as itself: a keyword finds it by its own letters, not by its
key. Names are not among them. Worked out from frequency lists of Russian and English and a few
Kazakh words: the 10,000 most frequent words of each that a form of one of 20,000 others would
find in the other script, or in the same one by nearness alone.
"""

_WORDS = """
abu academic academics academy according act activist activists acts address addresses
administrator administrators admiral advocates agent agents alan all allan allies ally amy ana
analogy analyze angel angeles angels anime ann anna any arena argument arguments armies army
arrest arrests arsenal art artillery artist artists arts aspect aspects asses atlas attack
attacks audio august auto automobile autonomy babies baby back backs bali ball ballet balls bank
banks bar bare baron barracks bars bases bass batch bay beck bed beds been bees beg belle belly
belonging below ben berlin berry bet beta bets better betting betty big bikes bill bills billy
bin biology bit bitch bitches bites bits bitter block blocks bob bomb bombs bonus bonuses boobs
book books boss bosses boston bow boxer boy boys brake brakes bravo bred breed breeds brigade
buck bucket bucks bud bull bulls bum bury cabinet cakes calendar camera cameras can canal
candidates cans capital car cares carl carr carries carry cars cart carter cases casting catches
categories category cell cells certificates cha chang changes check checks cheek cheeks chef
chest chester chi chin chip chips choke choose chooses chose cigarette cigarettes cinema cities
city clan clark class classes classy client clients clip clips clown club clubs cock cod codes
coffee col colin collective colleges collins colonies colony coma come comedy comes comfort
command commands commentary commentator commentators communist communists companies company
complex compliment compliments component components con cone conflict conflicts congress cons
consultant consultants contact contacts content contents context contract contracts control
controls convert convoy cook cool cooling coordinates cop copies cops copy correspondent corridor
cost costs course courses court courts cover covers credit credits crisis critic critics cross
crosses crow crystal crystals cube cubs cult culture cultures curse dale dam dan data date dates
day days deadline deed deeds deer define defining del delay delays dell delta demon demons den
denies deny derby desert dessert detectives dick die died dies diplomat director directors dis
disc disk doc dock doctor doctors document documents dollar dollars dom dome don dong donna doom
dos dose doses doubles drama drug drugs dutch dye dying dynasty ecology economies economist
economists economy effect effects ego element elements energy era experiment experiments expert
experts export exports express fact factor factories factors factory facts fail fails families
family festival festivals fig figures files fill fills film films final finale finals firm firms
fitness flag flags focus focused focuses fond ford form format formats forms formula fort forum
forums forward forwards fragments frances frank franklin front gamma gay gays gaze gen general
generally generals generator genes geology geometry ghetto ghost ghosts god gods golf good goods
gore grades gram grams grand grant grants grey group groups guru han hans hart hay hayes her hers
hit hits hobby hockey holding holdings holes holmes hood hop hopes hot hotel hotels idea ideal
ideals ideas ideology idiot idiots ill import imports index indies industries industry inspector
institute institutes instructor instrument instruments interesting internet invalid ion ios its
jane jar jaw jazz jenny jokes journal journalist journalists journals kai kay khan king kings
kiss kisses kit kits laboratories laboratory lad ladies lads lady las lay lays led leeds leg
legend legends legs lens lent les less let lets levy lewis lift lifts lily limit limits list
listening lists lit literature lord lords los lose loses losses lounge luck mac machine machines
mack mag magazine magazines makes males mall manifest many mar march marco marina marketing marry
mars marsh marshal mart mary mass masses master masters mat matching material materials mates
matter maximum may maya mayor med medal medals media mel melody memorial men mere merry mesh
message metal metals mil miles mill million millions mills min mines minimum ministry mins minus
minute minutes miss misses mock mod mode model models modes modules molecules moment moments
monitoring monopoly mood moody moral more most motives motor motors moves mystery nam names
napoleon nash nature needles net nets new news nick nine norm norms not notch notes nova
observatory office offices olive ones opera operator operators organ organs original otto pac
pack packet packs pal pan panel panels papa par para parade paris park parks parties partner
partners party pass passes passport past pasta patriot patriots peel peer peers pen penalties
penalty penis pens per period periods perry personal perspective perspectives pet pets petty pic
pick picks picnic pics pike pill pills pilot pilots pit pits plan plane planes planet planets
plans plate plates platform platforms plot plots pod poet poets poker pole poles politics poll
polls polo pony pool pools poor pop pops port portal ports pose poses possess post posts pot pots
potter pottery power powers press princes prints prizes pro problem problems product products
professional professionally professionals professor professors profiles program programs progress
propaganda pros prospect prospects protest protests protocol protocols pull pulls put puts
putting rabbi races rack radio radius raises rally ran rang range ranges raven raw ray rays
reactor real really record records referendum reform reforms region regions religious rep ribs
rider riders ring rings rises risk risks risky ritual rituals rob robot robots rock rocks rod
rode roles roll rolls room rooms root roots roses ross rot routes rubbing rules sad salon sam san
sang say says scandal scenes schemes score scores scots sec secret secrets sector sectors seek
seeks seem seems seen sell sells semi seminar sen senator senators serial series serious server
servers set sets setting severe sex shah shares shaw she shell shells shin shiny ship ships shock
shook short shorts shout show shows shut shutting shy sigh signal signals silly sin sing singh
singles sings singular sins sir sizes sky slow snow socks sol solo son song songs sons soon sorry
sort sorts soup spies spin spine spinning spit spite sport sports spy stall star stars start
starts state states stats status still stock stocks stole stop stops strange strategies strategy
stress strokes structure structures stuck student students studies study style styles subsidies
suck sucks sum sums super supper sweet switches system systems takes tan tank tanks tap tapes
taxi teen teens tell tells temp temperature temperatures ten tender tennis tens terminal
territories territory terror terrorist terrorists test tests text texts til tiles till tip tips
tire tires tom ton tones tons tony took top tops tornado tour tours toy toys trace traces tractor
tragedy transport trauma travis trek trend trends tri tribunal tries trusting try tunes twitter
types ugly uses van variant variants vector venues vera verdict very vest veteran veterans
victories victory video videos vine virus viruses visit visits vodka votes wagon wales wall walls
wan wang was wash watch watches waves web weed week weeks well wells were west wide widely widow
win wine wines wing wings wins wishes won wood woods woody worries worry yang yell yet zombies
zone zones август августа августе авто автомобилей автомобили автомобиля ага агент агента агентов
агентом агенты ада адам адмирал адрес адреса адресу аду академии академик академика акт акта
активисты актов акты ал алан али алты алтын алып аль альфа алған ана анасы анасын ангел ангела
ангелы аниме аргументы арена аренды арене арест ареста арестом армии арсенал арт артиллерии
артист артистов артисты аспекты атака атаке атаки атаку аудитории аяқ ақ баба бай баксов баку
бала балета баллов банды банк банка банке банки банков банку бар барлық бас баға беда беды бей
белой белом белый белым белье бен берді бери берлин берлине беру бес бил билли биологии бить биыл
биік блин блок блока блоки блоков боб бог бога боги богов богом богу боев бои бой бойы бок болды
болып болған бомба бомбы боран бою боюсь боя боятся бояться боях браво браке брат брата братом
брату брать бред брови буду будь будьте быков был была были быть бьет біз біздің білім білімді
білімі бірі бұл бұрын бөлім вагон вагона вагонов ван ванной вариант варианта варианте вариантов
варианты вас вау ваш ваша ваше вашей вашем ваши вашу введен введены ввели ввести ввод ввода веб
ведь везде век века веке веков вел вела вели вене вены вера вернутся вернуться веру веры верю вес
веса весе весом вест вести весь ветеранов виде видел видела видели видео видим видны видов вина
вине вину вины вирус висит виски вице включены вовсе вод вода водах воде водки водой воду воды
воин воинов воины войн война войне войной войну войны волга воле вон вор встретиться входа
вывести выдать вызов выйти вынести выполнены выше газ газете газов газом генерал генерала гений
генри геометрии год года годам годами годах годов годом году годы гонка гордиться горе гость
готов готовится готовиться град гран грани грант грибы групп группа группами группах группе
группу группы гүл дабы дай дайын дал дала далее дали дам дама дамы дан дана данном данным дань
дар даром дата дату даты дать дачи даю дед деда деді дейін дел дела делаем делай делам делами
делах делаю делая деле делится делом делу демек день деньгами деньгах деньги дерби держаться
диван дин динамика динамо диплом дипломат директор директора директоров директором диск диска
длится дна дне дней днем дни довести доктор доктора документ документа документах документов
документы долга доли долины доллар доллара долларов долю доля дом дома домах доме домов домом
дому дон дона дону дос доска драки драма драмы друг друга другим другом другу дубль дума думе
думу думы душ душа душе души душу дым дін дәрі его егін еда едой еду еды еді ел еле ели емес ему
енді если ет ешь еще жаз жайлы жаман жау жақсы жаңа жаңадан жел жен жена жене жениться женой жену
жены жер жеткен жетті жеті жетіп живы жил жила жоба жобаны жобасы жол жою жоқ журнал журнала
журнале журналист журналиста журналистов журналисты журналов журналы жыл жүр жүрген жұмыс және
забил забить забыл забыла забыли забыть задержаны закончится закрыты зон зона зоне зоны идее идей
идем идеологии идея иди идиот изменится иконы или иль импорт инвалидов индекс индии индустрии
инспектор институте инструмент инструментов инструменты интернет интернета интернете иным иными
иных использованы ист ищу кабинет кабинета кабинете казни как каков каком календарь камер камера
камере камеру камеры канал канала канале каналов каналы капитал капитала кара карл карла карт
карта карте картин картина картины карту карты карьера карьере карьеру карьеры категории
категорий катя кей кейбір кейін келді кен кені кетті кинг кит класс класса классе классов классу
классы клиент клиента клиентов клиенты клиники клип клуб клуба клубе клубов клубом клубы князя
кого код кодекс кодекса кое коем кол колени колеса коллега коллеги колонии колонна колонны кольца
ком команд команда команде команду команды комедии коми комментарии комментарий коммунистов
коммунисты компании компаний комплекс комплекса комплексе комплексов комплексы компонентов кому
кон конгресс конгресса контакт контакте контактов контакты контексте контракт контракта контроль
конфликт конфликта конфликтов конфликты конь коня коп копии коридор корни король корпус корпуса
корреспондент космос космоса космосе кость кот кота кофе кредит кредита кредитов кредиты крест
креста критерии критик критика критике критики критику крови кровь кубка кубке культуре куплю
курсе куча кучу кім кімге кімді кімнің күн күні көз көк көл көп көрді лаборатории лагере лагерь
лас лев левой левый легенда легенды лед леди ленин лента ленты лес леса лесов лесу лет лета летом
лечь лист листа литературе лоб логика лорд лук лука луна луны луч лучше лучшей лучшем лучшим льда
льду любим любым магазине мадам мае май майдан майор мак максим максима максимум мал малой малы
малый малын мам мама маме мамой маму мамы маргарита мари марка марки марко марок марс март марта
марте марш маска маски масс масса массой массу массы мастер мастера мастеров мат матери материал
материала материалам материалами материалах материале материалов материалы мать маша машин машина
машине машину машины мая мед медали медаль медиа мен мені мер мера мере меру меры месте металла
металлов метра метрах метров меч миг мигрантов миллион миллиона миллионов миллионы мило миль мин
мини минимум минимума министр министра министров министром министры минус минуте мир мира мире
миром миру мисс миссии мистер модели модель моды мое мол момент момента моментов моментом моменту
моменты море морем моря мост моста мосту мотор мою муки мыс мың мэр мэра міне мұндай над названы
нам намерены нами нан направлены нас наука находится находиться наш наша наше нашей нашем наши
нашу невеста невесты нее нем нести нет нету ник ника ничем новая новой новом новым новыми новых
норм норма нормы нос носа носом носу ночам ночи ночь нравится нравиться ныне оба обе объем объема
объеме океан океана океане он она они оның опера оператор оператора операторов оперы определены
орган органа органами органах органов органы оси остановиться осы от открытие открытии открыты
открытые открытый относится относиться отправиться отыр пайда пак пакет палате пан панели папа
папой папы пар пара паре парк парка парке партии партий партнер партнеров пару пары пас паспорт
паспорта паша пел пенальти пер период периода периоде периодом периоды персонал персонала
перспективе пес песен петров петь пик пил пили пилот пилота пилотов пилоты пить пишу пищи пищу
план плана планах плане планета планете планеты планов плану планы плата плату платформа
платформе платформы платы платье платья поверьте погоды под поет пол пола поле полей политик
политика политике политику полк полка полки полку полном полосы полу получены получится поля
полях понравится поп попов пор пора порт порта портал порту пост поста посту посты потери потерь
потом почта почти почты поэт поэта поэтов появится появиться практике практики представлены пресс
пресса прессе прессы прим пример примере примеров примером примеру примеры принц принца принятие
приняты присоединиться про проблем проблема проблемам проблемами проблемах проблеме проблему
проблемы пробы проведены провести проводится программ программа программе программу программы
прогресс прогресса продукт продукта продуктами продуктов продукты производится пропаганда
пропаганды проспект протест протеста протокол протокола профессор профессора публика публике
публики пули пункта пункте пункты пути путин путина путину путь пыль пытаться пьесы рабов равен
равна рад рада ради радио рады рай рак рака ракет ракета ракеты ран ранее ранен ранены ранней
раны раньше рас реал регион региона регионах регионе регионов регионы рекорд реформ реформа
реформы риге риск риска робот род рода роде родина родины родов родом роду роды рой рок роли роль
рос роста рот роты рта рубин рублей рубля рулем рыб рыба рыбу рыбы рынка рынке сад сада саду сады
сай сайын салон салт салты сам сама сами самим самих самой самом саму самый самым самыми самых
сан сары свет света свете светом свыше север севера севере сек секрет секретарь секреты секс
секса сексом сектор сектора секторе сел села селе семей семена семи семь семье семьей семьи семью
семья сен сенатор сенім сериал сериала сериале серии серый сесть сети сеть сигнал сигнала сигналы
сидя сил сила силам силами силах силе силой силу силы симптомы систем система системами системах
системе систему системы сити сиыр скандал скорее скорей скота слева след следов следом следы слов
слова словам словами словах слове словом слову слой случится случиться сна сне снова сном сны
собраны согласиться содан созданы сок сол соли соло соль сон сорт сорта сортов соңында соңғы
спать спектакля спектр спина спине спину спины спит спорт спорта спортом спорту справиться среди
среды ссылки стал стала стали сталь становится становиться стар старой старом старт старше старый
старым статей статистика статистики статус статуса статусе статье статьи статью статья стиле
стиль стиля стол стола столе столом столь стоп стране стратегии стремится стремиться стресс
строки структуре студент студентов студенты студии суде судей судна суды судьи судья судя сука
сумма сумме сумму суммы суп супер сути суть суши суғару съесть сын сына сыном сыну сыр сырья сэр
сіз сіздің сүт так таки таким таков такой таком такси там танк танки танков тап тарифы тасқын тау
тағы таң твиттере тек текст текста тексте текстов тексты тел тела теле телом тем теме теми темп
температуре темпы тему темы тени теннис тень термин территории территорий террористов террористы
тест теста тесты теңіз тип типа типов типу типы тобой того той ток тока толком толку толы толық
том тома тому тон тони тонн топ торт тот травму травмы трагедии транспорт транспорта транспорте
трек трети три трое тур тура туре туристов тут тіл түйе түн тұр төрт увы углом углу ума уме ура
установлены утра утром учение ученые ученый учится учиться уши фабрика фабрики файл факт факта
фактов фактор факторов фактором факторы факту факты фамилии фестивале фестиваль фильм фильма
фильмах фильме фильмов фильму фильмы финал финала финале фирм фирма фирмы флаг флага флагом фон
фонд фонда фондов фонды форд форм форма формат формате форме форму формула формуле формулы формы
форум форума фрагмент фрагменты фронт фронта фронте хан хана хит ход хода ходе ходом ходу хоккей
хоккею хотел хотела хотели хоть царь чай чан часы чаю чая чей чел чем чему чести честь чуть чье
чьи шаг шаги шагов шагом шай шар шахты шее шел шести шесть шеф шею шок шоссе шоу шутка шын шығып
экологии экономии экономика экономике экономики экономику экономист эксперимент эксперимента
эксперименты эксперт экспертов эксперты экспорт экспорта экспресс элемент элементами элементов
элементы эль энергетики энергии эта эти этим этой этом эту эффект эффекта эффекты юга юге яиц
яйца ірі ішінде қазір қайың қала қалды қалып қалған қан қар қара қару қашан қой қол қор қыс құлақ
құн үйі үлкен үш үшін әке әлем әлемге әлемде әлемді әлемнің әлі ән
"""

ORDINARY: frozenset[str] = frozenset(_WORDS.split())
