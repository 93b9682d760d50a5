"""Names of diseases, signs, devices and drugs that look like names of persons and are none."""

from __future__ import annotations

EPONYMS: frozenset[str] = frozenset("""
abrikossoff achilles addison adie albright alport alzheimer angelman apgar argyll arnold arthus asherman asperger
auer babinski baker bankart barlow barrett barthel bartholin bartter basedow batten bechterew beck becker behcet
bell bennett berger bernard berry billroth binswanger blalock bloom boerhaave bowen braden bright broca brodie
brown brudzinski brugada budd buerger burkitt burnett burns buruli caplan caroli castleman chagas charcot chediak
cheyne chiari child childs chopart christmas churg chvostek cockayne colles conn cooley coombs cori courvoisier
creutzfeldt crigler crohn crouzon cullen curling cushing dandy darier denver dercum devic diamond digeorge doppler
douglas down dravet dressler dubin duchenne duke dukes dupuytren ebstein edwards ehlers eisenmenger epstein erb
erdheim evans ewing fabry fallot fanconi felty finkelstein fitz fleischner foley fontan fournier fowler framingham
freiberg frey friedreich froment galeazzi gardner gaucher gerstmann gilbert gilles gitelman glasgow gleason glisson
goodpasture gower gowers graves grey guillain guyon hamman hand hansen harris hartmann hartnup hashimoto heberden
heimlich heinz henle henoch hickman hirschsprung hodgkin hoffman hoffmann homans horner howell hunt hunter
huntington hurler hurthle jacksonian jakob janeway jeghers jones jude kallmann kaposi kartagener kawasaki kayser
kernig killip klatskin kleihauer klinefelter klippel klumpke koch kohler koplik korsakoff krabbe krukenberg
kugelberg kussmaul lachman lambert landau langerhans legg lennox leriche lesch levine lewy lhermitte libman
lisfranc little ludwig lyme lynch maisonneuve mallory mantoux marburg marfan mayo mcburney mcmurray meckel meigs
meniere merkel mobitz moebius monteggia montgomery morton moses munchausen murphy myerson nissen noonan norton
ogilvie ollier ortolani osgood osler paget pancoast papanicolaou parkinson patau perthes peutz peyronie phalen
pierre plummer poland pompe pott potter prader prinzmetal purkinje quincke ramsay ramsey ranson rathke raynaud reed
refsum reinke reiter rendu rett reye riedel rinne romberg rosenmuller roth rotor roux rovsing sanders schatzki
schilling schlatter schmidt schonlein sever sezary sheehan sims sjogren skene smith snellen spitz stanford steele
stein stevens still stokes sturge swan sydenham takayasu tay thomas thomsen tietze tinel tourette trendelenburg
trousseau turcot turner valsalva vincent virchow waldenstrom waldeyer wallenberg warthin waterhouse weber wegener
weil wells werner wernicke westermark whipple widal wilms wilson wolff wood yergason zenker ziehl zollinger
""".split())
