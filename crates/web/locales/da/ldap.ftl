# Det, der kan være galt med et katalog.
ldap-nobody = Kataloget svarede, men filteret finder ingen personer der, hvor der søges. Et tomt svar betyder aldrig, at organisationen er tom, så intet er ændret.
ldap-broken = Intet fra kataloget er brugt. Fejl i posterne: { $number }.
ldap-not-text = Værdien er ikke tekst (UTF-8). Vælg en anden attribut i opsætningen.
ldap-other-name = { $found } har samme CPR-nummer, men et andet navn. Ret den, der er forkert.
ldap-same-person = { $found } er samme person. Tag den ene ud af gruppen, eller tillad flere identiteter for én person.
ldap-same-user-name = { $found } har samme brugernavn. Giv den ene et andet.
ldap-passed-over = Sprunget over, fordi kontoen ikke bruges her.
ldap-manager-unread = Er leder for { $number } i kilden, men blev ikke selv læst eller har intet navn dér. De står derfor uden leder. Lad søgningen finde lederen også.
ldap-host-not-found = Kataloget { $server } blev ikke fundet, for navnet har ingen adresse. Se efter navnet i opsætningen og maskinens DNS. Teknisk: { $why }
ldap-unreachable = Kataloget { $server } kan ikke nås. Se efter, om det kører, om porten er rigtig, og om en firewall spærrer. Teknisk: { $why }
ldap-trust-unreadable = Filen { $file } med betroede udstedere kan ikke bruges. Den skal have certifikater i PEM-form (-----BEGIN CERTIFICATE-----). Teknisk: { $why }
ldap-no-system-trust = Maskinen har ingen betroede udstedere, der kan bruges. Angiv en fil med den, der har udstedt katalogets certifikat. Teknisk: { $why }
ldap-certificate-not-trusted = Certifikatet fra { $server } er udstedt af en, vi ikke stoler på. Angiv filen med udstederens certifikat. Kontrollen kan ikke slås fra.
ldap-certificate-wrong-name = Certifikatet fra { $server } lyder på et andet navn. Brug det navn, der står i certifikatet, eller få det udstedt til dette.
ldap-certificate-out-of-date = Certifikatet fra { $server } er udløbet eller gælder ikke endnu. Se efter, om maskinens ur går rigtigt, og forny certifikatet.
ldap-not-encrypted = Der kom ingen krypteret forbindelse til { $server }. Se efter, om TLS 1.2 eller nyere tilbydes, og om porten passer til ldaps:// eller starttls. Teknisk: { $why }
ldap-sign-in-unknown-account = { $server } kender ikke kontoen { $name }. Se efter navnet (525).
ldap-sign-in-wrong-password = { $server } afviste { $name }: navnet eller adgangskoden er forkert. Se efter begge. Efter flere forsøg kan kontoen være låst.
ldap-sign-in-wrong-hour = { $server } afviste { $name }: kontoen må ikke logge på på dette tidspunkt. Udvid dens tider (530).
ldap-sign-in-wrong-machine = { $server } afviste { $name }: kontoen må ikke logge på fra denne maskine. Tillad det på kontoen (531).
ldap-sign-in-password-expired = { $server } afviste { $name }: adgangskoden er udløbet. Vælg en ny, og skriv den i dens fil (532).
ldap-sign-in-disabled = { $server } afviste { $name }: kontoen er deaktiveret. Aktivér den, eller brug en anden (533).
ldap-sign-in-account-expired = { $server } afviste { $name }: kontoen er udløbet. Forlæng den, eller brug en anden (701).
ldap-sign-in-must-change-password = { $server } afviste { $name }: adgangskoden skal skiftes først. Vælg en ny uden krav om skift ved næste log-in, og skriv den i dens fil (773).
ldap-sign-in-locked = { $server } afviste { $name }: kontoen er låst efter for mange forsøg. Lås den op, og find ud af, hvem der prøvede (775).
ldap-sign-in-encryption-required = { $server } afviste { $name }: kataloget kræver en krypteret forbindelse. Brug ldaps:// eller starttls = true.
ldap-timed-out = { $server } svarede ikke inden { $number } sekunder ({ $step }). Se efter, om det er belastet, og om netværket virker. Prøv igen.
ldap-connection-lost = Forbindelsen til { $server } blev afbrudt ({ $step }). Det halve svar er ikke brugt. Se efter, om kataloget kører, og prøv igen.
ldap-base-not-found = { $base } findes ikke i { $server }, eller kontoen må ikke se det. Se efter i opsætningen, hvor der søges.
ldap-group-not-found = Gruppen { $base } findes ikke i { $server }, eller kontoen må ikke se den. Se efter dens fulde navn. Indtil da kan ingen siges at stå uden for den.
ldap-name-malformed = { $name } er ikke et fuldt navn i { $server }. Skriv det som OU=Ansatte,DC=kommune,DC=example.
ldap-elsewhere = { $base } ligger i et andet katalog, og { $server } henviser kun til det. Henvisninger følges ikke: brug adressen på det katalog, der har det.
ldap-size-limit = { $server } stoppede ved sin grænse for antal svar under { $base }. Hæv grænsen for kontoen (OpenLDAP: limits size.prtotal), eller gør filteret snævrere.
ldap-time-limit = { $server } stoppede ved sin grænse for tid under { $base }. Hæv grænsen for kontoen, eller lav indeks på filterets attributter.
ldap-not-permitted = { $server } lader ikke kontoen læse under { $base }. Giv den læseadgang til personer og grupper.
ldap-filter-malformed = »{ $filter }« er ikke et LDAP-filter. Se efter parenteserne.
ldap-key-missing = En post under { $base } i { $server } kom uden { $what }, som personer kendes igen på. Giv kontoen læseadgang til den attribut.
ldap-value-malformed = En post under { $base } i { $server } har en værdi i { $what }, der ikke kan læses. Ret den i kataloget.
ldap-limit-reached = Læsningen fra { $server } blev stoppet ved vores grænse på { $number }. Gør filteret snævrere, eller hæv grænsen.
ldap-garbled = { $server } sendte noget, der ikke er et LDAP-svar ({ $step }). Se efter, om adressen er et katalogs.
ldap-refused = { $server } afviste ({ $step }) med LDAP-kode { $number }: { $text }. Slå koden op i katalogets log.

ldap-step-look-up = ved opslag af navnet
ldap-step-connect = under oprettelse af forbindelsen
ldap-step-encrypt = under opsætning af kryptering
ldap-step-sign-in = under log-in
ldap-step-search = under søgning
