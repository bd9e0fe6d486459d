# Personer, én person, spørgsmål og ikke-styrede brugere.
people-title = Personer
people-found = { $count ->
    [one] { $number } person
   *[other] { $number } personer
}
people-search-label = Søg og afgræns
people-all = Alle
people-only = Kun dem, der
people-days = Mindst så mange dage
people-sort = Rækkefølge
people-apply = Vis
people-show-all = Vis alle
people-export = Hent som
people-export-what = med de viste personer
people-or = eller
people-none-found = Ingen passer på det, du har valgt. Prøv færre ord, eller vis alle.
people-none = Der er ingen personer endnu. De kommer, når en kilde er læst.
people-none-sources = Se kilderne
people-caption = Personer, som passer på det valgte
people-since = Siden
people-drift-heading = Afvigelser
people-drift = { $count ->
    [one] { $number } afvigelse
   *[other] { $number } afvigelser
}
people-status-active = Aktiv
people-status-pending = Afventer aktivering
people-status-suspended = Suspenderet
people-status-not-created = Ikke oprettet
people-status-gone = Slettet i MitID Erhverv
people-status-other = Ukendt status
people-show-not-activated = ikke har aktiveret
people-show-no-authenticator = mangler log-in-middel
people-show-drift = afviger
people-show-out-of-step = ikke er i takt
people-show-held = er suspenderet i hånden
people-show-left = er stoppet
people-sort-name = Navn
people-sort-waiting = Har ventet længst
people-sort-unit = Enhed
people-note-held = Suspenderet i hånden
people-note-left = Stoppet
people-note-no-authenticator = Mangler log-in-middel
people-note-waited = { $count ->
    [0] Fra i dag
    [one] Har ventet { $number } dag
   *[other] Har ventet { $number } dage
}
word-rid = RID
word-uuid = UUID
word-cpr = CPR-nummer
word-cancel = Fortryd

by-cpr-title = Søg med CPR-nummer
by-cpr-intro = Skriv nummeret og formålet. Begge dele sendes kun i formularen, og formålet skrives i loggen sammen med dit navn.
by-cpr-nobody = Ingen her har det CPR-nummer.
purpose-label = Formål
cpr-heading = CPR-nummer
cpr-open = Vis hele nummeret
cpr-show = Vis CPR-nummer
cpr-shown = Nummeret vises kun denne ene gang. Opslaget er skrevet i loggen.

person-title = Person
person-nameless = (uden navn)
person-presence = Ansættelse
person-employed = Ansat
person-ahead = Begynder { $value }
person-left = Stoppet { $date }: { $how }
person-changes-wait = { $count ->
    [one] { $number } ændring venter
   *[other] { $number } ændringer venter
}
person-email-heading = E-mailadressen bør ses efter
authenticator-privatemitid = Privat MitID
authenticator-localidentityprovider = Organisationens eget log-in (lokal IdP)
authenticator-status-active = Aktiv
authenticator-status-suspended = Suspenderet
authenticator-status-pending = Afventer
level-low = Lav
level-substantial = Betydelig
level-high = Høj
person-details = Oplysninger
person-details-caption = Kilderne og MitID Erhverv side om side
person-ours = Kilderne
person-read = læst { $value }
person-not-there = findes ikke dér endnu
person-not-here = Findes ikke her
person-not-known = Ikke kendt
person-owner = Hvem bestemmer
person-differs = Afviger
person-changing = Rettes
person-drift-found = Opdaget { $value }
person-identity = Identitet og kilder
person-uuid = UUID i MitID Erhverv:
person-missing-since = Mangler i kilden siden { $value }
person-authenticators = Log-in-midler
person-authenticators-caption = Det, personen kan logge på med ifølge MitID Erhverv
person-authenticator = Middel
person-no-authenticators = MitID Erhverv har ikke vist nogen log-in-midler for personen.
person-operations = Ændringer
person-operations-caption = De seneste ændringer i MitID Erhverv
person-no-operations = Der er ikke sendt noget om personen endnu.
person-timeline = Tidslinje
person-no-timeline = Loggen har intet om personen endnu.
person-whole-log = Se hele loggen for personen
person-questions = Kræver et svar
person-held-heading = Suspenderet i hånden
person-held = { $by } suspenderede personen { $at }. Begrundelse: { $why }
person-reactivate = Genaktivér
person-suspend = Suspendér nu
person-suspend-text = Personen kan ikke logge på i MitID Erhverv, når ordren er udført. Det sker før alt andet, normalt inden for et minut.
person-suspend-hint = Ordren står, til nogen genaktiverer personen med en begrundelse. Ingen kilde og ingen plan ophæver den.
person-cause = Årsag
person-cause-more = Begrundelse
reason-hint-optional = Kan udelades, når du har valgt en årsag. Skriv ikke CPR-numre.
cause-other = Andet (skriv herunder)
cause-lost = Mistet telefon eller nøgle
cause-misuse = Mistanke om misbrug
cause-manager = Lederen har bedt om det
person-actions = Andre handlinger
person-of-a-source = Personen kommer fra en kilde og rettes dér. Her kan du rette dem, der er oprettet i hånden.
person-new-title = Opret person
person-edit-title = Ret oplysninger
person-edit-intro = Personen hører til kilden »i hånden«. De samme regler gælder som for alle andre kilder.
person-save = Gem
person-end = Afslut ansættelsen i dag
person-end-hint = Personen bliver suspenderet ved dagens slutning.
person-reopen = Genåbn ansættelsen
notice-heading = Det er gjort
notice-suspended = Ordren er skrevet og bliver udført før alt andet. Følg den under Ændringer.
notice-reactivated = Spærringen er ophævet. Den næste plan genaktiverer personen.
notice-saved = Oplysningerne er gemt.
notice-ended = Ansættelsen slutter i dag.
notice-reopened = Ansættelsen er åbnet igen.
notice-answered = Svaret er gemt.

input-given-name = Fornavn
input-given-name-hint = Som i CPR-registeret, også mellemnavne
input-surname = Efternavn
input-surname-hint = Som i CPR-registeret
input-user-name = Brugernavn
input-user-name-hint = Det, personen kendes på her. Uden mellemrum
input-cpr = CPR-nummer
input-cpr-hint = Ti cifre. Gemmes krypteret. Et tomt felt lader et gemt nummer stå
input-email = E-mail
input-email-hint = Aktiveringslinket sendes hertil
input-phone = Telefon
input-phone-hint = Kan udelades
input-unit = Enhed
input-unit-hint = Kan udelades
input-job-title = Stilling
input-job-title-hint = Kan udelades
input-p-number = P-nummer
input-p-number-hint = Ti cifre. Kan udelades
input-rid = RID
input-rid-hint = Kun hvis personen havde en bruger før
input-start = Første dag
input-start-hint = Tom betyder allerede ansat
input-end = Sidste dag
input-end-hint = Personen kan logge på til dagens slutning
fault-given-name-missing = Skriv fornavnet.
fault-given-name = Fornavnet har tegn, der ikke kan stå i et navn, eller er for langt.
fault-surname-missing = Skriv efternavnet.
fault-surname = Efternavnet har tegn, der ikke kan stå i et navn, eller er for langt.
fault-user-name = Brugernavnet må ikke have mellemrum.
fault-user-name-taken = Brugernavnet bruges allerede af en anden.
fault-cpr = CPR-nummeret skal være ti cifre, hvor de første seks er en dato.
fault-too-young = MitID kræver, at man er fyldt 13 år.
fault-email-missing = Skriv e-mailadressen. Aktiveringslinket sendes dertil.
fault-email = E-mailadressen skal være som navn@example.dk.
fault-p-number = P-nummeret skal være ti cifre.
fault-rid = RID må kun have cifre, bogstaver og bindestreg.
fault-start = Datoen skal være som 2026-12-01.
fault-end = Datoen skal være som 2026-12-31.
fault-end-before-start = Sidste dag ligger før første dag.

owner-local = Kilden
owner-remote = MitID Erhverv
owner-ask = Spørg os

questions-title = Spørgsmål
questions-tabs = Slags spørgsmål
questions-answer = Til svar
questions-mend = Skal rettes
questions-list = Listen
questions-intro = Det her afgør Lokalid ikke alene. Svaret virker i den næste plan.
questions-mend-intro = Det her kan ikke besvares, men skal rettes i kilden eller i opsætningen. Det forsvinder af sig selv bagefter.
questions-empty = Der er ingen spørgsmål her.
question-asked = Stillet { $value }
question-answer = Dit svar
question-is = Det er { $value }.
question-send = Send svar
question-choose = Vælg et svar.
question-gone = Spørgsmålet er besvaret eller findes ikke længere.
candidate-agrees = { $status }, { $email }. Ens: { $agrees }
candidate-differs = { $status }, { $email }. Ens: { $agrees }. Forskelligt: { $differs }

unmanaged-title = Ikke-styrede brugere
unmanaged-intro = Brugere i MitID Erhverv, som ingen kilde kender. Lokalid rører dem ikke af sig selv.
unmanaged-found = { $count ->
    [one] { $number } bruger
   *[other] { $number } brugere
}
unmanaged-empty = Alle brugere i MitID Erhverv kendes af en kilde.
unmanaged-seen = Første gang set
unmanaged-administrator = Administrator i MitID Erhverv
unmanaged-left-alone = { $by } har besluttet at lade den være: { $why }
unmanaged-to-suspend = { $by } har bedt om at få den suspenderet. Det sker i næste plan. Begrundelse: { $why }
unmanaged-waits = { $by } har bedt om at få den suspenderet. Det kan først ske, når brugeren er aktiveret. Begrundelse: { $why }
unmanaged-suspended = Suspenderet { $at }. { $by } bad om det. Begrundelse: { $why }
unmanaged-decide = Tag stilling
unmanaged-what = Hvad skal der ske?
unmanaged-adopt = Overtag som person i hånden
unmanaged-suspend = Suspendér den i næste plan
unmanaged-leave = Lad den være
unmanaged-choose = Vælg, hvad der skal ske.
unmanaged-is-suspended = Brugeren er allerede suspenderet i MitID Erhverv.
unmanaged-cannot-adopt = Brugeren har ingen RID i svaret fra MitID Erhverv og kan ikke overtages sikkert. Opret personen i hånden, så stiller Lokalid et spørgsmål.
