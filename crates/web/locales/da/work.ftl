# Overblik, planer, udbakke, kilder, opgaver, log og opsætning.
overview-title = Overblik
overview-as-of = Siden viser det, Lokalid vidste på det tidspunkt.
overview-outbox-open = { $number } på vej. Den ældste { $ago }.
overview-outbox-empty = Intet venter.
verdict-in-step-heading = I takt med MitID Erhverv
verdict-in-step-text = Alle { $wanted } brugere er ens her og i MitID Erhverv.
verdict-working-heading = Ændringer er på vej til MitID Erhverv
verdict-working-text = { $in_step } af { $wanted } brugere er ens her og i MitID Erhverv. Resten er på vej.
verdict-almost-heading = Næsten i takt med MitID Erhverv
verdict-almost-text = { $in_step } af { $wanted } brugere er ens her og i MitID Erhverv. Se nedenfor, hvad der mangler.
verdict-leaving-heading = Nogle er stoppet, men ikke i MitID Erhverv
verdict-leaving-text = { $count ->
    [one] { $number } person, der er stoppet her, er ikke lukket i MitID Erhverv. Under Personer viser »ikke er i takt«, hvem det er.
   *[other] { $number } personer, der er stoppet her, er ikke lukket i MitID Erhverv. Under Personer viser »ikke er i takt«, hvem det er.
}
verdict-new-heading = MitID Erhverv er ikke læst endnu
verdict-new-text = Lokalid begynder med at læse og ændrer intet, før den første plan er godkendt.
verdict-late-heading = En suspension er ikke nået frem
verdict-late-text = { $count ->
    [one] { $number } suspension har ventet mere end 5 minutter. Lokalid prøver igen hvert halve minut.
   *[other] { $number } suspensioner har ventet mere end 5 minutter. Lokalid prøver igen hvert halve minut.
}
figures-heading = Nøgletal
figure-active = Aktive
figure-active-see = Se aktive brugere
figure-pending = Afventer aktivering
figure-pending-see = Se, hvem der venter
figure-pending-long = { $count ->
    [one] { $number } har ventet over 14 dage
   *[other] { $number } har ventet over 14 dage
}
figure-suspended = Suspenderet
figure-suspended-see = Se suspenderede
figure-parked = Parkeret
figure-parked-see = Se årsagerne
figure-drift = Afvigelser
figure-drift-see = { $count ->
    [one] På { $number } person
   *[other] På { $number } personer
}
tasks-heading = Kræver en beslutning
tasks-empty = Intet venter på et menneske.
task-plan = Godkend eller afvis plan { $plan }
task-plan-text = { $count ->
    [one] { $number } ændring, { $price } { $why }
   *[other] { $number } ændringer, { $price } { $why }
}
task-plan-badge = Stoppet af grænse
task-since = Siden { $value }
task-oldest = Ældste: { $value }
task-until = Udløber { $value }
task-parked = { $count ->
    [one] Se { $number } parkeret operation
   *[other] Se { $number } parkerede operationer
}
task-parked-text = MitID Erhverv tog ikke imod dem. Årsagen står ved hver.
task-questions = { $count ->
    [one] Svar på { $number } spørgsmål
   *[other] Svar på { $number } spørgsmål
}
task-questions-text = Lokalid er i tvivl og gør intet ved dem uden jeres svar.
task-questions-badge = Spørgsmål
task-obstacles = { $count ->
    [one] Ret { $number } oplysning
   *[other] Ret { $number } oplysninger
}
task-obstacles-text = Noget mangler i kilden eller i opsætningen, før brugerne kan oprettes eller rettes.
task-obstacles-badge = Skal rettes
task-unmanaged = { $count ->
    [one] Tag stilling til { $number } bruger, som ingen kilde kender
   *[other] Tag stilling til { $number } brugere, som ingen kilde kender
}
task-unmanaged-text = Findes kun i MitID Erhverv. Lokalid ændrer intet, før nogen siger til.
task-unmanaged-badge = Ikke-styret
task-waiting = { $count ->
    [one] Mind { $number } medarbejder om at aktivere
   *[other] Mind { $number } medarbejdere om at aktivere
}
task-waiting-text = De fik aktiveringsmail for mere end 14 dage siden. Linket lever i 30 dage og sendes igen fra MitID Erhvervs portal.
task-waiting-badge = Påmindelse
task-source = Undersøg kilden { $value }
task-source-failed = Den kunne ikke læses. Ingen bliver suspenderet på grund af det.
task-source-shrunk = Den er blevet meget kortere. Ingen bliver suspenderet på grund af den, før nogen har sagt, at det er rigtigt.
task-source-old = Den er ikke læst helt i over et døgn. Ingen bliver suspenderet på grund af den, før en hel er læst.
task-source-last = Seneste hele: { $value }
task-certificate = Forny systemcertifikatet
task-certificate-text = Uden et gyldigt certifikat når intet frem til MitID Erhverv. Nyt og gammelt kan være i brug samtidig.
task-certificate-badge = { $count ->
    [one] { $number } dag tilbage
   *[other] { $number } dage tilbage
}
task-certificate-over = Udløbet
task-alone = Én person godkender alene
task-alone-text = Organisationen har valgt, at den, der laver en plan, selv må godkende den.
task-alone-badge = Valgt regel
find-heading = Find en person
find-label = Navn, brugernavn, e-mail eller RID
find-button = Søg
find-by-cpr = Søg med CPR-nummer
find-by-cpr-hint = Du skal angive et formål.
connection-heading = Forbindelsen til MitID Erhverv
connection-read = Seneste fulde læsning
connection-certificate = Systemcertifikat
certificate-days = { $count ->
    [one] { $number } dag tilbage, til { $date }
   *[other] { $number } dage tilbage, til { $date }
}
certificate-expired = Udløb { $date }
certificate-none = Intet certifikat er læst endnu.
certificate-reminders = Overblikket påminder fra 60 dage før.
chart-heading = De seneste 14 dage
chart-caption = Operationer pr. dag
chart-empty = Der er ikke gennemført noget de seneste 14 dage.
chart-done = Gennemført
chart-parked = Parkeret
chart-dropped = Opgivet eller ikke længere ønsket
chart-as-table = Se tallene som tabel
chart-description = { $count ->
    [one] Søjlediagram. Højest { $day } med { $number } operation. Tallene står i tabellen under diagrammet.
   *[other] Søjlediagram. Højest { $day } med { $number } operationer, heraf { $parked } parkeret. Tallene står i tabellen under diagrammet.
}
next-day-heading = Prøv en dag mere
next-day-text = Tre begynder, to stopper, én skifter navn, én flytter, og nogen retter i portalen.
next-day-button = Næste dag

sources-title = Kilder
sources-caption = Hvor friske oplysningerne er
sources-intro = Her kommer personerne fra. En læsning, der ikke blev hel, ændrer intet.
sources-empty = Der er ingen kilder. De skrives i lokalid.toml.
source-title = Kilde
source-named = Kilden { $value }
source-kind = Slags
source-kind-csv = Fil (CSV)
source-kind-ldap = Katalog (LDAP)
source-kind-by-hand = I hånden
source-kind-other = Anden kilde
source-complete = Seneste hele læsning
source-tried = Seneste forsøg
source-state = Tilstand
source-fresh = Frisk
source-by-hand = I hånden
source-by-hand-when = Ændret
source-by-hand-never = Ingen endnu
source-by-hand-changed = Seneste ændring { $value }
source-by-hand-people = { $count ->
    [0] Ingen personer er oprettet i hånden.
    [one] { $number } person er oprettet i hånden.
   *[other] { $number } personer er oprettet i hånden.
}
source-old = For gammel
source-unread = Ikke læst endnu
source-failed = Kunne ikke læses
source-failed-heading = Kilden kunne ikke læses
source-faults-caption = Det, der er galt, og hvor
source-whole-file = Hele filen
source-shrunk = Meget kortere end før
source-shrunk-text = Kilden har { $now } personer og havde { $before }. Er det rigtigt, så godkend planen.
source-warnings = { $count ->
    [one] { $number } advarsel
   *[other] { $number } advarsler
}
source-warnings-heading = Advarsler
source-warnings-caption = Rækker, som nogen bør se på
source-no-warnings = Der er ingen advarsler fra den seneste læsning.
source-place = Sted
source-row = Række { $value }
source-row-column = Række { $row }, kolonnen »{ $column }«
source-column-named = Kolonnen »{ $value }«
source-attribute-named = Attributten »{ $value }«
source-attribute-of-entry = attributten »{ $value }«
source-what = Hvad
source-skipped-heading = Sprunget over
source-skipped-text = Rækkerne var i stykker og blev udeladt. Personerne står, som de sidst var kendt.
source-skipped-caption = Rækker, der blev sprunget over
source-mapping-heading = Felter
source-mapping-caption = Hvilken kolonne eller attribut der giver hvilket felt
source-no-mapping = Kilden bruger de almindelige navne.
source-mapped-file = Fil
source-column = Kolonne eller attribut
source-by-hand-text = De oprettes og rettes under Personer.
source-read-now = Læs kilderne nu
source-read-hint = Alle organisationens kilder læses. Intet sendes.

plans-title = Planer
plans-intro = En plan viser, hvad der skal ske i MitID Erhverv, og hvorfor. Det, grænserne ikke stopper, går i gang af sig selv.
plans-make = Læs, planlæg og udfør
plans-make-hint = Læser kilder og MitID Erhverv nu. Har du lavet planen, skal en anden godkende det, grænserne stopper.
plans-empty = Der er ingen planer endnu.
plans-caption = Planer, den nyeste først
plans-older = Ældre planer
plan-title = Plan
plan-number = Plan { $value }
plan-made = Beregnet
plan-made-by = Lavet af
plan-by-timer = Uret
plan-by-order = { $value } (ordre om én person)
plan-content = Indhold
plan-nothing = Intet at gøre
plan-observed = MitID Erhverv læst
plan-kind = Art
plan-state-open = Klar
plan-state-held = Stoppet af grænse
plan-state-rejected = Afvist
plan-state-running = I gang
plan-state-stopped = Stoppet
plan-state-done = Gennemført
plan-state-superseded = Afløst af en nyere
plan-see-newest = Se den nyeste: plan { $value }
plan-to-decision = Gå til beslutningen
plan-progress = Fremdrift
plan-wave = Bølge { $wave } af { $waves }
plan-count = { $done } af { $total } operationer er færdige.
plan-parked = { $count ->
    [0] Ingen er parkeret.
    [one] { $number } er parkeret.
   *[other] { $number } er parkeret.
}
progress-leave = Du kan lukke siden og komme tilbage. Arbejdet fortsætter.
plan-held = Det har grænserne stoppet
plan-held-short = Tilbageholdt
plan-held-heading = { $count ->
    [one] { $number } operation er tilbageholdt
   *[other] { $number } operationer er tilbageholdt
}
plan-groups = Hvad planen gør, og hvorfor
plan-groups-caption = Operationer efter art og årsag
plan-empty = Der er intet at gøre. Alt er, som det skal være, eller venter på et svar.
plan-changes = Før og efter, person for person
plan-tabs = Vis efter art
plan-all = Alle
plan-shown = { $count ->
    [one] { $number } operation.
   *[other] { $number } operationer.
}
plan-export = Hent alle som regneark (CSV)
plan-before-after = Før og efter for { $value }
plan-before = Før
plan-after = Efter
plan-deleted = Slettet
plan-unlinked = Ikke knyttet
plan-adopted = Knyttet til personen
plan-waves = Sådan bliver planen gennemført
plan-waves-text = Den første plan og store planer går i bølger. Fejler mere end 2 % og mindst 2 i en bølge, stopper den næste. Suspensioner venter ikke på bølger. Det, der er gjort, bliver stående.
plan-wave-1 = Bølge 1
plan-wave-1-text = De første 10 operationer.
plan-wave-2 = Bølge 2
plan-wave-2-text = De næste 100, når bølge 1 er gået godt.
plan-wave-3 = Bølge 3
plan-wave-3-text = Resten, når bølge 2 er gået godt.
plan-decision = Beslutning
plan-approved = { $by } godkendte { $at }. Begrundelse: { $why }
plan-approve = Godkend det tilbageholdte
plan-approve-text = Du godkender netop det, der vises her. Ændrer planen sig, bliver den vist igen.
plan-reject = Afvis
plan-reject-hint = Afviser du, bliver det tilbageholdte ikke sendt, og ingen bliver spurgt igen om præcis det samme. Så snart en plan holder noget andet tilbage, bliver der spurgt på ny.
plan-rejected = { $by } afviste { $at }. Begrundelse: { $why }
plan-rejected-text = Det tilbageholdte bliver ikke sendt. Ingen bliver spurgt igen, før en plan holder noget andet tilbage.
plan-own = Du har selv lavet planen. En anden skal godkende den.
plan-changed = Planen har ændret sig, eller der er intet at godkende længere. Se den igen, og tag stilling på ny.
plan-no-decision = Der er intet at beslutte.
plan-stop = Stop planen
plan-resume = Lad planen fortsætte
plan-stop-hint = Operationer, der er sendt, bliver gjort færdige. Suspensioner stopper ikke.
reason-left = Stoppet ifølge { $source } ({ $how })
reason-never-activated = Stoppet ifølge { $source } og aktiverede aldrig
reason-left-long-ago = Stoppet ifølge { $source }, og fristen er gået
reason-ordered = Bestilt af { $value }
reason-unmanaged = Ikke-styret, { $value } bad om det

kind-suspend = Suspendér
kind-reactivate = Genaktivér
kind-adopt = Overtag
kind-create = Opret
kind-update-draft = Ret før aktivering
kind-update-profile = Ret
kind-update-email = Ret e-mail
kind-set-signing = Ret signering
kind-give-rights = Tildel rettigheder
kind-take-rights = Fjern rettigheder
kind-delete = Slet
state-waiting = Venter
state-running = I gang
state-unknown = Uvist
state-parked = Parkeret
state-done = Gennemført
state-withdrawn = Ikke længere ønsket
state-given-up = Opgivet

outbox-title = Udbakke
outbox-intro = Det, der er på vej til MitID Erhverv, og det, der ikke kom igennem.
outbox-tabs = Vis efter tilstand
outbox-caption = Operationer i den valgte tilstand
outbox-person = Person
outbox-since = Siden
outbox-attempts = Forsøg
outbox-empty-waiting = Intet venter på at blive sendt.
outbox-empty-running = Intet bliver sendt lige nu.
outbox-empty-unknown = Alle svar er kommet frem.
outbox-empty-parked = Intet er parkeret.
outbox-empty-done = Der er ikke gennemført noget endnu.
outbox-empty-given-up = Intet er opgivet.
outbox-empty-withdrawn = Ingen planer har trukket noget tilbage.
operation-title = Operation
operation-number = Operation { $value }
operation-what = Hvad der skete
operation-caption = Oplysninger om operationen
operation-fact = Oplysning
operation-value = Værdi
operation-fields = Felter
operation-created = Lagt i udbakken
operation-sent = Sendt
operation-next = Næste forsøg
operation-settled = Afsluttet
operation-raw = Svaret fra MitID Erhverv (maskeret)
operation-retry = Prøv igen nu
operation-retry-text = Brug den, når årsagen er rettet. Ellers prøver Lokalid selv ved næste fulde læsning.
operation-give-up = Opgiv
operation-give-up-text = Den bliver ikke planlagt igen, før ønsket ændrer sig. Personen vises som en afvigelse.
advice-waiting = Den venter på sin tur eller på næste forsøg.
advice-running = Den bliver sendt lige nu.
advice-unknown = Svaret gik tabt, så Lokalid læser efter, om det er sket, før noget sendes igen.
advice-parked = Den er lagt til side. Ret årsagen, og prøv igen, eller opgiv den med en begrundelse.
advice-done = Den er gennemført.
advice-withdrawn = En nyere plan ønskede den ikke længere.
advice-given-up = Den er opgivet og planlægges ikke igen, før ønsket ændrer sig.

job-title = Opgave
job-apply = Læs, planlæg og udfør
job-read-sources = Læs kilderne
job-full-read = Læs MitID Erhverv
job-approve = Udfør det godkendte
job-settle = Udfør ændringer
job-settle-rights = Ret en persons rettigheder
job-test-connection = Test forbindelsen
job-next-day = Næste dag
job-waiting = Venter
job-running = I gang
job-done = Færdig
job-failed = Mislykkedes
job-asked = Bestilt af { $by } { $at }
job-step-sources = Læser kilde { $done } af { $total }.
job-step-search = Henter listen over brugere i MitID Erhverv.
job-step-read = Læst { $done } af { $total } brugere i MitID Erhverv.
job-step-plan = Beregner planen.
job-step-send = Sendt { $done } af { $total } operationer til MitID Erhverv.
job-next = Se resultatet
job-leave = Gå videre imens

log-title = Log
log-intro = Hvem gjorde hvad hvornår. Loggen kan ikke ændres, uden at det ses.
log-verify = Kontrollér hele loggen
log-export = Hent hele loggen
log-search-label = Søg i loggen
log-search = Navn på den, der gjorde det, eller det handler om
log-action = Handling
log-from = Fra dato
log-to = Til og med dato
log-found = { $count ->
    [one] { $number } linje
   *[other] { $number } linjer
}
log-all = Vis hele loggen
log-empty = Loggen har intet, der passer.
log-caption = Linjer i loggen, den nyeste først
log-what = Hvad
log-about = Om
log-place = Plads i kæden
log-not-sealed = Endnu ikke
log-by = Af { $value }
log-good-heading = Loggen er hel
log-good = { $count ->
    [one] { $number } linje er kontrolleret. Kæden og kvitteringerne passer.
   *[other] { $number } linjer er kontrolleret. Kæden og kvitteringerne passer.
}
log-bad-heading = Loggen er ikke, som den blev skrevet
action-cpr-searched = Søgte med CPR-nummer
action-cpr-shown = Så et CPR-nummer
action-first-contact-approved = Godkendte første kontakt
action-identity-reactivated-by-hand = Ophævede en suspension
action-identity-suspended-by-hand = Suspenderede i hånden
action-job-asked = Bestilte en opgave
action-observed-gone = Slettet i MitID Erhverv
action-operation-done = Gennemført i MitID Erhverv
action-operation-found-gone = Brugeren fandtes ikke længere
action-operation-given-up = Opgav en operation
action-operation-parked = Operation parkeret
action-operation-retried = Prøvede en operation igen
action-operation-unknown = Svar gik tabt
action-operation-withdrawn = Operation trukket tilbage
action-organisation-configured = Organisationen sat op
action-people-exported = Hentede personlisten
action-person-changed = Oplysninger ændret i kilden
action-person-written-by-hand = Skrev en person i hånden
action-keys-added = Lagde en krypteringsnøgle til
action-keys-removed = Fjernede en krypteringsnøgle
action-keys-rotated = Krypterede alt igen med den nyeste nøgle
action-log-checkpoints-renewed = Skrev kontrolpunkternes fil forfra
action-plan-approved = Godkendte en plan
action-plan-made = Plan beregnet
action-plan-queued = Plan lagt i udbakken
action-plan-rejected = Afviste en plan
action-plan-resumed = Lod en plan fortsætte
action-plan-stopped = Stoppede en plan
action-question-answered = Svarede på et spørgsmål
action-role-granted = Gav en rolle
action-setting-changed = Ændrede en indstilling
action-sign-in-invited = Lavede et link til log-in
action-sign-in-used = Loggede på
action-source-failed = En kilde kunne ikke læses
action-source-imported = En kilde blev læst
action-unmanaged-left-alone = Lod en ikke-styret bruger være
action-unmanaged-adopted = Overtog en ikke-styret bruger
action-unmanaged-to-suspend = Bad om at få en ikke-styret bruger suspenderet
action-log-exported = Hentede loggen
action-log-verified = Kontrollerede loggen

settings-title = Opsætning
settings-saved = Ændringen gælder fra nu af og står i loggen.
settings-certificate = Systemcertifikat
settings-last-test = Seneste test:
settings-never-tested = Forbindelsen er ikke testet herfra endnu.
settings-test = Test forbindelsen
settings-rules = Grænser
settings-rules-intro = Når en plan går over grænserne, stopper den, til nogen godkender den.
settings-save-rules = Gem grænser
settings-owners = Hvem bestemmer felterne
settings-owners-intro = Når et felt er rettet begge steder, afgør det her, hvad der gælder.
settings-save-owners = Gem valg
settings-schedule = Tidsplan
settings-schedule-intro = Hvornår Lokalid læser af sig selv. Ordrer om at suspendere venter ikke på tidsplanen.
settings-save-schedule = Gem tidsplan
settings-in-force = Alt, der gælder
settings-in-force-caption = Indstillinger, og hvor de er sat
settings-key = Indstilling
settings-origin = Sat hvor
origin-default = Standard
origin-file = lokalid.toml
origin-environment = Miljøvariabel
origin-console = { $by }, { $at }
setting-stop-percent = Højst så mange procent må stoppes på én gang
setting-stop-percent-hint = Begge grænser skal være overskredet, før planen stopper
setting-stop-count = Højst så mange personer må stoppes på én gang
setting-stop-count-hint = Et helt tal
setting-removal-percent = Højst så mange procent af rettighederne må fjernes på én gang
setting-removal-percent-hint = Fjernes der både flere procent og mindst det antal, der står nedenfor, venter planen
setting-removal-count = Og fra så mange rettigheder af
setting-removal-count-hint = Få rettigheder i en lille organisation skal ikke stoppe planen
setting-shrink-percent = En kilde må højst blive så mange procent kortere
setting-shrink-percent-hint = Ellers tror vi ikke på den
setting-wave-limit = Planer over så mange operationer går i bølger
setting-wave-limit-hint = Et helt tal
setting-delete-after-days = Slet så mange dage efter sidste dag
setting-delete-after-days-hint = Et helt tal
setting-single-administrator = Den, der laver en plan, må selv godkende den
setting-source-minutes = Minutter mellem læsninger af kilderne
setting-source-minutes-hint = Et helt tal fra 1 til 1440
setting-full-read-hour = Klokken hvad hele MitID Erhverv læses
setting-full-read-hour-hint = En hel time fra 0 til 23. MitID Erhverv er ustabilt om natten
fault-owner = Vælg, hvem der bestemmer.
fault-number = Skriv et tal fra { $from } til { $to }.
fault-whole-number = Skriv et helt tal uden decimaler.
word-number-short = Nr.
fact-answer = svar
fact-changed = ændret
fact-fields = felter
fact-field-title = Stilling
fact-field-manager = Leder
fact-field-invoice-method = Faktureringsmetode
fact-field-pseudonym = Navnebeskyttelse
fact-field-signing = Signering
fact-field-groups = Grupper
fact-field-attributes = Øvrige oplysninger
fact-field-presence = Ansættelse
fact-filters = filtre
fact-format = format
fact-found = fundet
fact-gone-already = var allerede slettet
fact-good = hel
fact-held = tilbageholdt
fact-job = opgave
fact-key = indstilling
fact-kind = art
fact-left = stoppet
fact-new = nye
fact-operation = operation
fact-operations = operationer
fact-people = personer
fact-plan = plan
fact-question = spørgsmål
fact-records = poster
fact-role = rolle
fact-skipped = sprunget over
fact-value = værdi
fact-warnings = advarsler
fact-why = begrundelse
