# Rettigheder til selvbetjeninger: katalog, pakker, regler, tildelinger, og hvorfor.
rights-title = Rettigheder
rights-catalogue = Katalog
rights-more = Mere i Rettigheder
rights-menu-small = Rettigheder, lille skærm
rights-intro = Her er alle de rettigheder til offentlige selvbetjeninger, som MitID Erhverv har til organisationen.
rights-never-read = Kataloget er aldrig læst. Det sker, næste gang MitID Erhverv læses i fuldt omfang.
rights-read = Sidst læst { $value }.
rights-fault-heading = Den seneste læsning kom ikke igennem, og den forrige gælder
rights-search-label = Søg i rettigheder
rights-find = Navn eller beskrivelse
rights-only = Vis kun
rights-show-managed = Passes herfra
rights-show-left-alone = Lades i fred
rights-show-held = Nogen har dem
rights-show-vanished = Forsvundet fra kataloget
rights-found = { $count ->
    [one] { $number } rettighed
   *[other] { $number } rettigheder
}
rights-none = Ingen rettigheder passer.
rights-caption = Rettigheder i kataloget
rights-kept = Hvem passer den
rights-managed = Passes herfra
rights-left-alone = Lades i fred
rights-holders = Har den
rights-people = Personer
rights-vanished-at = Forsvandt { $value }
rights-export = Hent, hvem der har hvad, og hvorfor:
rights-export-what = med alle, der har en rettighed
rights-past-heading = Hvem havde hvad på en bestemt dag?
rights-past-text = Hent et regneark med alle rettigheder, som de var ved dagens slutning, og grundene til dem.
rights-past-day = Dag
rights-past-get = Hent regneark
rights-no-unit = Ingen enhed
rights-nobodys = Kendes ikke af nogen kilde
rights-uuid = UUID
rights-scope = Gælder for
rights-since = Siden
rights-approved-by = godkendt af { $value }
scope-strange = { $kind } { $value }
scope-closed = Lukket: { $value }

right-title = Rettighed
right-on = Som det var den
right-today = Vis i dag
right-found = { $count ->
    [one] { $number } person har rettigheden
   *[other] { $number } personer har rettigheden
}
right-found-on = { $count ->
    [one] { $number } person havde rettigheden den { $day }
   *[other] { $number } personer havde rettigheden den { $day }
}
right-holders-caption = Hvem der har rettigheden
right-see-why = Se hvorfor
right-units = Fordelt på enheder
right-trend = Antal over tid
right-vanished-text = MitID Erhverv viser den ikke længere i kataloget. De, der har den, står her stadig, og ingen får den.
right-take-over = Pas rettigheden herfra
right-take-over-text = Fra nu af får og mister folk rettigheden efter regler og tildelinger her. Ingen mister noget nu.
right-take-over-grants = { $count ->
    [0] Alle, der har den, har den efter en regel eller en tildeling.
    [one] Én har den uden en grund her og får en tildeling, som kan ses og afsluttes.
   *[other] { $number } har den uden en grund her og får hver en tildeling, som kan ses og afsluttes.
}
right-leave-alone = Lad rettigheden i fred
right-leave-alone-text = De, der har rettigheden, beholder den. Fra nu af giver og fjerner Lokalid den ikke.
right-in-bundles = Rettigheden er i en pakke og passes derfor herfra. Tag den ud af pakkerne først.
notice-right-taken-over = Rettigheden passes herfra fra nu af.
notice-right-left-alone = Rettigheden lades i fred fra nu af.
trend-description = Fra { $first } til { $last } personer.
trend-caption = Antal personer på hver dag
trend-too-soon = Der er ikke noget at sammenligne endnu.

bundles-title = Pakker
bundles-intro = En pakke er nogle rettigheder med et navn, som kolleger forstår. Regler og tildelinger giver pakker.
bundles-none = Der er ingen pakker endnu.
bundles-trend = Hvor mange der har en rettighed fra en følsom pakke
bundle-title = Pakke
bundle-called = Pakke: { $value }
bundle-new-title = Ny pakke
bundle-sensitive = Følsom
bundle-rules = { $count ->
    [0] ingen regler giver den
    [one] én regel giver den
   *[other] { $number } regler giver den
}
bundle-people = { $count ->
    [0] Ingen har den
    [one] Én person har den
   *[other] { $number } personer har den
}
bundle-most = { $count ->
    [one] Højst én person
   *[other] Højst { $number } personer
}
bundle-description = Beskrivelse
bundle-rights = Rettigheder i pakken
bundle-rights-hint = Sæt kryds, og vælg, hvad rettigheden gælder for. Mangler en person en P-enhed, får personen intet. Rettigheden bliver aldrig udvidet.
bundle-again = for noget mere
bundle-no-managed = Ingen rettigheder passes herfra endnu. Vælg nogen i kataloget først.
bundle-no-scope = Vælg, hvad hver rettighed gælder for.
bundle-care = Omhu
bundle-sensitive-label = Pakken er følsom: to skal godkende, før nogen får den
bundle-most-label = Højst så mange personer
bundle-most-hint = Tom betyder, at der ikke er en grænse.
bundle-owner = Ejer
bundle-owner-hint = Brugernavnet på den, der svarer for pakken.
bundle-may-ask = Hvem må anmode om den
bundle-approved-by = Hvem må godkende anmodninger
asker-employee = Medarbejdere til sig selv
asker-manager = Ledere til deres egne
asker-anyone = Alle til hvem som helst
approver-manager = Personens leder
approver-owner = Pakkens ejer
approver-rights-administrator = En rettighedsadministrator
bundle-save = Gem pakken
bundle-remove-title = Fjern pakken
bundle-remove-what = Pakken »{ $value }« fjernes, og ingen får den mere.
bundle-remove-rule = Reglen »{ $value }« giver pakken og fjernes med den.
bundle-remove-grants = { $count ->
    [one] Én tildeling af pakken giver ikke længere noget.
   *[other] { $number } tildelinger af pakken giver ikke længere noget.
}
notice-bundle-removed = Pakken er fjernet.

separations-title = Det, ingen må have sammen
separations-intro = To pakker, som ingen må have på én gang. Den, der har den ene, får ikke den anden.
separations-none = Ingen pakker er adskilt.
separation-new = Adskil to pakker
separation-first = Den ene pakke
separation-second = Den anden pakke
separation-because = Hvorfor må ingen have begge?
separation-because-hint = Står for alle, der spørger, hvorfor de ikke kan få pakken.
separation-no-reason = Skriv, hvorfor ingen må have begge.
separation-choose = Vælg to pakker.
separation-add = Adskil pakkerne
separation-remove = Ophæv adskillelsen
notice-separated = Ændringen er gemt. Den kommer med i næste plan.
word-choose = Vælg

rules-title = Regler
rules-intro = En regel giver en pakke til alle, den passer på, så længe den passer på dem.
rules-none = Der er ingen regler endnu.
rule-title = Regel
rule-called = Regel: { $value }
rule-new-title = Ny regel
rule-in-words = Sagt med ord
rule-gives = Giver i dag
rule-cannot = Kan ikke få den nu
rule-approved = Godkendt af
rule-people = { $count ->
    [one] { $number } person
   *[other] { $number } personer
}
rule-reaches = { $count ->
    [0] Ingen får noget efter reglen.
    [one] Én person får noget efter reglen.
   *[other] { $number } personer får noget efter reglen.
}
rule-waiting = { $count ->
    [one] Én person passer på den, men kan ikke få det, for eksempel fordi der mangler en P-enhed.
   *[other] { $number } personer passer på den, men kan ikke få det, for eksempel fordi der mangler en P-enhed.
}
rule-counts = Gælder nu
rule-waits = Venter på godkendelse
rule-not-yet = Gælder ikke endnu
rule-over = Udløbet
rule-name-hint = Et navn, som kolleger forstår. Det står for alle, der spørger hvorfor.
rule-what = Hvad får de?
rule-no-bundle = Vælg en pakke.
rule-who = Hvem gælder reglen for?
rule-who-text = Alle betingelser, der er udfyldt, skal passe. Står der flere i samme felt, er én nok.
rule-everyone = Alle i organisationen, uden betingelser
rule-units = Enheder
rule-units-hint = Som kilden skriver dem. Begynd at skrive, og vælg.
rule-titles = Stillinger
rule-titles-hint = Store og små bogstaver betyder ikke noget.
rule-groups = Grupper
rule-groups-hint = Grupper i kilden.
rule-attributes = Andre oplysninger i kilden
rule-attributes-hint = Navnet på oplysningen, og den værdi, der skal stå i den.
rule-attribute = Oplysning
rule-attribute-value = Værdi
rule-sub-units = Tag underliggende enheder med
rule-manager = Ledere
rule-manager-any = Både ledere og andre
rule-manager-yes = Kun den, der er nogens leder
rule-manager-no = Kun den, der ikke er nogens leder
rule-except = Hvem er undtaget?
rule-except-people = Personer
rule-except-people-hint = Brugernavne.
rule-except-units = Undtagne enheder
rule-except-units-hint = Med alle enheder under dem.
rule-except-bundles = De, der har en af disse pakker
rule-period = Hvornår gælder den?
rule-from = Første dag (frivilligt)
rule-until = Sidste dag (frivilligt)
rule-no-day = Skriv dagen som 2027-12-31.
rule-sensitive-note = Giver reglen en følsom pakke, gælder den først, når endnu en har godkendt den.
rule-save = Gem reglen
rule-approve = Godkend reglen
rule-approve-text = Pakken er følsom. Reglen giver ikke nogen noget, før en til har godkendt den som den står.
rule-approved-before = Du har godkendt reglen før. En anden skal gøre det.
notice-rule-approved = Reglen er godkendt. Den kommer med i næste plan.
rule-remove-title = Fjern reglen
rule-remove-what = Reglen »{ $value }« fjernes.
notice-rule-removed = Reglen er fjernet. Det kommer med i næste plan.
notice-policy-saved = Ændringen er gemt. Den kommer med i næste plan.

say-everybody = alle
say-managers = ledere
say-titles = med stillingen { $value }
say-units = i { $value }
say-sub-units = og enhederne under
say-groups = i gruppen { $value }
say-attribute = med { $name } { $value }
say-no-managers = som ikke er ledere,
say-except = undtagen { $value },
say-unit = enheden { $value }
say-has-bundle = den, der har pakken »{ $value }«
say-gets = får pakken »{ $value }«
say-from = fra { $value }
say-until = til og med { $value }
say-between = fra { $from } til og med { $until }

preview-heading = Hvis du gemmer nu
preview-none = Vis forhåndsvisningen for at se, hvem der får og mister noget.
preview-faults = Det kan ikke beregnes endnu.
preview-show = Opdatér forhåndsvisning
preview-nothing = Ingen får og ingen mister noget. Beregnet kl. { $time } på { $people } personer. Intet er ændret endnu.
preview-status = { $gains } får, og { $losses } mister noget. Beregnet kl. { $time } på { $people } personer. Intet er ændret endnu.
preview-gains-label = Får rettigheder
preview-losses-label = Mister rettigheder
preview-people = personer
preview-gains = Får: viser { $shown } af { $all }
preview-losses = Mister: viser { $shown } af { $all }
preview-more = { $count ->
    [one] Og én til.
   *[other] Og { $number } til.
}
preview-post = Stilling og enhed
preview-rights = Rettigheder
remove-heading = Det betyder
policy-save-heading = Gem ændringen
policy-changed = En anden har gemt en ændring imens. Åbn siden igen, se på den, og gentag din.
policy-unknown-right = Kataloget har ikke rettigheden. Vælg en anden.
policy-left-alone = Rettigheden »{ $value }« lades i fred. Pas den herfra først, eller tag den ud af pakken.
policy-nobody-approves = Nogen må anmode om pakken, men ingen må godkende. Vælg, hvem der må.
policy-no-owner = Ejeren må godkende, men pakken har ingen ejer. Skriv ejerens brugernavn.
policy-no-holders = Skriv et helt tal over nul, eller lad feltet være tomt.
policy-no-condition = Reglen har ingen betingelse. Udfyld en, eller sæt kryds ved, at den gælder alle.
policy-everyone-and-condition = Reglen gælder både alle og nogle bestemte. Fjern krydset eller betingelserne.

rights-history-title = Ændringer
history-intro = Hver gang nogen har ændret pakker, regler eller adskillelser, med de nyeste øverst.
history-none = Der er ikke ændret noget endnu.
history-shortened = Der er flere ændringer. Loggen har dem alle.
history-version = version { $value }
history-right-managed = Passes herfra: { $value }.
history-right-left-alone = Lades i fred: { $value }.
history-bundle-new = Pakken »{ $value }« er ny.
history-bundle-changed = Pakken »{ $value }« er ændret.
history-bundle-removed = Pakken »{ $value }« er fjernet.
history-rule-new = Reglen »{ $value }« er ny.
history-rule-changed = Reglen »{ $value }« er ændret.
history-rule-removed = Reglen »{ $value }« er fjernet.
history-rule-said = Før: { $old } Nu: { $new }
history-rule-approved = Reglen »{ $rule }« er godkendt af { $name }.
history-separated = »{ $first }« og »{ $second }« må ikke haves sammen.
history-not-separated = »{ $first }« og »{ $second }« må gerne haves sammen.

rights-file-title = Fil
rights-file-intro = Pakker, regler og adskillelser som én fil, der kan læses, gemmes og sammenlignes. Konsollen og filen er to veje til det samme.
rights-file-get-heading = Hent filen
rights-file-get = Hent rights.toml
rights-file-not-yours = Din rolle må ikke hente filen.
rights-file-put-heading = Tag en fil ind
rights-file-put-text = Vælg en fil. Du ser, hvad der er galt med den, eller hvem der får og mister noget, før den gælder.
rights-file-file = Fil
rights-file-look = Se på filen
rights-file-save = Lad filen gælde
rights-file-wrong = Filen kan ikke tages ind. Intet er ændret.
rights-file-line = Linje { $value }:
rights-file-none = Vælg en fil.
rights-file-too-large = Filen fylder over 64 KiB. Brug kommandoen lokalid rights import på serveren.
rights-file-no-text = Filen er ikke tekst i UTF-8. Hent filen her, og ret i den.

rights-drift-title = Afvigelser
drift-intro = Her er det, andre har ændret i MitID Erhverv, og det, Lokalid ikke afgør alene.
drift-questions = Spørgsmål
drift-no-questions = Ingen spørgsmål om rettigheder venter.
drift-right-found-heading = { $count ->
    [one] Én person har »{ $right }« ({ $scope }) uden grund her
   *[other] { $number } personer har »{ $right }« ({ $scope }) uden grund her
}
drift-right-taken-heading = { $count ->
    [one] Én person har mistet »{ $right }« ({ $scope }) i MitID Erhverv
   *[other] { $number } personer har mistet »{ $right }« ({ $scope }) i MitID Erhverv
}
questions-of-rights = { $count ->
    [one] Ét spørgsmål om rettigheder
   *[other] { $number } spørgsmål om rettigheder
}
task-rights = { $count ->
    [one] Svar på { $number } spørgsmål om rettigheder
   *[other] Svar på { $number } spørgsmål om rettigheder
}
task-rights-text = Nogen har eller mangler en rettighed i MitID Erhverv, uden at vi gjorde det.
task-rights-badge = Rettigheder
drift-who = Se hvem
drift-answer-all = Svar for alle, der står her
drift-obstacles = Skal rettes
drift-no-obstacles = Intet venter på, at noget rettes.
drift-changed = Ændret af andre
drift-none = Rettighederne i MitID Erhverv er, som vi har givet dem.
drift-lost = Givet af os og væk
drift-found = Givet af andre
drift-seen = Set

administrators-title = Administratorer
administrators-intro = Administratorer i MitID Erhverv kan kun gives og fjernes i portalen. Lokalid viser dem og rører dem ikke.
administrators-lacking = Skal have rollen igen
administrators-lacking-text = De havde en rolle på en bruger, som ikke er der mere. Log på MitID Erhvervs portal som organisationsadministrator, find personen under Brugere, og giv rollen igen under Administratorrettigheder.
administrators-none-lacking = Ingen mangler en rolle, de havde før.
administrators-lacks = Mangler
administrators-have = Har en rolle nu
administrators-none = MitID Erhverv viser ingen administratorer.
administrators-role = Rolle

person-rights-title = Rettigheder
person-rights-of = Rettigheder: { $value }
person-rights-see = Rettigheder, og hvorfor
person-rights-now = Har og skal have
person-rights-none = Personen har ingen rettigheder og skal ikke have nogen.
person-rights-past = Har haft
person-rights-no-past = Personen har ikke mistet nogen rettigheder, siden de blev læst første gang.
past-from = Fra
past-until = Til
holding-held = Har
holding-coming = På vej
holding-unexplained = Har uden grund
holding-left-alone = Lades i fred
holding-strange = Forstås ikke, røres ikke
holding-since = siden { $value }
holding-no-reason = Ingen regel eller tildeling
why-heading = Hvorfor, hvorfor ikke, og hvad hvis?
why-text = Vælg en rettighed. Felter, der er tomme, er som i dag.
why-if-unit = Hvis enheden var
why-if-title = Hvis stillingen var
why-if-day = På dagen
why-ask = Spørg
why-yes = Skal have »{ $right }« den { $day }
why-no = Skal ikke have »{ $right }« den { $day }
why-left-alone = Har »{ $right }«, som lades i fred
why-route = »{ $value }« ville give den, men:
why-missing = Det mangler:
why-there = MitID Erhverv viser den for: { $value }.
why-not-there = MitID Erhverv viser den ikke.
why-was-there = MitID Erhverv viste den for: { $value }.
why-was-not-there = MitID Erhverv viste den ikke.

grants-title = Tildelt direkte
grants-none = Ingen åbne tildelinger.
grants-ended = Afsluttede tildelinger
grant-of-bundle = Pakken »{ $value }«
grant-new = Tildel
grant-what = Pakke eller rettighed
grant-scope-hint = Bruges kun for en rettighed. En pakke siger selv, hvad den gælder for.
grant-case-label = Sagsnummer (frivilligt)
grant-give = Tildel
grant-sensitive-note = En følsom pakke gælder først, når endnu en har godkendt tildelingen.
grant-no-what = Vælg en pakke eller en rettighed, som passes herfra.
grant-to-oneself = Pakken er følsom, og ingen tildeler sig selv den. Bed en anden.
grant-not-here = Personen er her ikke og kan ikke få noget.
grant-approve = Godkend
grant-withdrawn-oneself = Det blev fjernet fra dig ved en gennemgang. En anden skal give det igen.
grant-approve-oneself = Ingen godkender til sig selv. Bed en anden.
grant-approved-before = Du har godkendt den før, eller den er afsluttet. En anden skal gøre det.
grant-end = Afslut
grant-ended-before = Tildelingen var afsluttet.
grant-given = Givet
grant-given-by = { $how } af { $by } { $at }
grant-case = Sagsnummer
grant-from = Fra
grant-until = Til og med
grant-approved = Godkendt af
grant-ended = Afsluttet
grant-ended-by = { $at } af { $by }: { $why }
grant-state-counts = Gælder
grant-state-waits = Venter på godkendelse
grant-give-back = Giv det igen
grant-state-goes = Fjernes på sin dag
grant-state-gone = Fjernet
grant-state-not-yet = Gælder ikke endnu
grant-state-over = Udløbet
grant-state-ended = Afsluttet
notice-granted = Tildelingen er skrevet. Den kommer med i næste plan.
notice-grant-approved = Tildelingen er godkendt.
notice-grant-ended = Tildelingen er afsluttet. Det kommer med i næste plan.

action-grant-given = Tildelte en rettighed
action-grant-approved = Godkendte en tildeling
action-grant-ended = Afsluttede en tildeling
action-policy-saved = Ændrede pakker og regler
action-right-appeared = En ny rettighed kom i kataloget
action-right-vanished = En rettighed forsvandt fra kataloget
action-right-returned = En rettighed kom tilbage i kataloget
action-place-closed = En P-enhed eller et SE-nummer blev lukket
action-rights-exported = Hentede rettigheder som fil
