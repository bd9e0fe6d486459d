# Gennemgang af, hvad andre har.
attestation-title = Gennemgang
attestation-intro = I en gennemgang ser ledere og ejere på, hvad andre har, og siger for hver ting, om den skal beholdes eller fjernes.
attestation-yours = Dem skal du se på
attestation-none-yours = Der er intet, du skal se på.
attestation-all = Alle gennemgange
attestation-none = Der har ikke været nogen gennemgange endnu.
attestation-left = { $count ->
    [0] Alle er set igennem
    [one] { $number } person mangler
   *[other] { $number } personer mangler
}
attestation-answered = { $given } af { $all } svar
attestation-due-on = Svar senest { $value }
attestation-open = I gang
attestation-late = Fristen er gået
attestation-closed = Afsluttet
attestation-covers = Omfatter
attestation-covers-everybody = Alle
attestation-covers-units = { $value }
attestation-covers-bundles = Alle, der har { $value }

attestation-due = Frist for svar
attestation-removal = Det fjernede er væk fra
attestation-begun = Begyndt
attestation-by-at = { $by }, { $at }
attestation-your-part = Din del
attestation-all-done = Du er færdig. Tak for det. Du kan ændre et svar herunder, indtil gennemgangen bliver afsluttet.
attestation-how = Sig for hver linje, om personen stadig har brug for det i sit arbejde. Det nye er markeret. Du kan gemme så tit, du vil.
attestation-keep = Behold
attestation-remove = Fjern
attestation-why = Hvorfor skal det fjernes?
attestation-keep-all = Behold alt
attestation-keep-unchanged = { $count ->
    [one] Behold den ene, der er uændret siden sidst
   *[other] Behold alle { $number }, der er uændrede siden sidst
}
attestation-save = Gem svar
attestation-more = { $count ->
    [one] Der kommer én person mere, når du har gemt.
   *[other] Der kommer { $number } personer mere, når du har gemt.
}
attestation-answered-people = Set igennem
attestation-said = { $kept } beholdt, { $removed } fjernet
attestation-departed = Er stoppet
attestation-new = Ny siden sidst
attestation-moved = Har skiftet plads, var { $value }
attestation-unchanged = Uændret. Beholdt { $day } af { $by }.
attestation-no-ground = Findes i MitID Erhverv uden en regel eller en tildeling her.
attestation-by-hand-note = Lokalid styrer ikke den rettighed. Fjerner du den, skal en administrator tage den væk i MitID Erhverv.
attestation-nothing-chosen = Vælg Behold eller Fjern for mindst én linje.

attestation-whole = Hvor langt er alle?
attestation-items = Linjer
attestation-kept = Beholdt
attestation-removed = Fjernet
attestation-departed-items = Er stoppet
attestation-unanswered = Uden svar
attestation-by-reviewer = Efter hvem der svarer
attestation-reviewer = Hvem svarer
attestation-administrators = Rettighedsadministratorer
attestation-done = Færdig
attestation-report = Hent alle linjer med svar:
attestation-report-what = rapport over gennemgangen
attestation-by-hand = Skal tages væk i hånden
attestation-by-hand-text = De er fjernet, men Lokalid styrer ikke rettigheden. Tag den væk i MitID Erhverv.
attestation-what = Rettighed eller pakke
attestation-since = Siden sidst
attestation-answer = Svar
attestation-answered-by = Svar af
attestation-answered-at = Svar givet
attestation-removed-from = Fjernet fra

attestation-hand-over = Giv videre
attestation-hand-over-text = Giv det, som nogen ikke har svaret på, til en anden. Ingen får det, de selv har.
attestation-hand-from = Fra
attestation-hand-to = Til
attestation-hand-to-hint = Brugernavn. Tomt betyder rettighedsadministratorerne.
attestation-close = Afslut gennemgangen
attestation-close-text = Derefter kan ingen svare mere. Det fjernede forsvinder på sin dag.
attestation-close-unanswered = { $count ->
    [one] Én linje er uden svar og bliver, som den er.
   *[other] { $number } linjer er uden svar og bliver, som de er.
}

attestation-new-title = Ny gennemgang
attestation-new-intro = Alle, der skal svare, får en mail med et link. Ingen gennemgår sine egne rettigheder.
attestation-name-hint = Lederne ser det i mailen. For eksempel: Gennemgang, forår 2027.
attestation-what-through = Hvad skal ses igennem?
attestation-by-units = Alt, hvad folk i bestemte enheder har. Deres ledere svarer.
attestation-units = Enheder
attestation-units-hint = Enheder under dem er med. Tomt betyder alle.
attestation-by-bundles = Bestemte pakker, uanset hvem der har dem. Ejerne svarer.
attestation-when = Hvornår
attestation-due-hint = Svarene skal være givet senest den dag.
attestation-removal-hint = Fra den dag har ingen det fjernede. Tidligst på dagen for fristen.
attestation-reminders = Så mange dage før fristen minder vi om den
attestation-reminders-hint = For eksempel 14, 7, 3. Tomt betyder aldrig.
attestation-escalation = Så mange dage efter fristen går det til den næste leder
attestation-escalation-hint = Tælles forfra for hver leder. Tomt betyder aldrig.
attestation-no-day = Vælg en dag.
attestation-no-number = Skriv dage som tal, for eksempel 14.
attestation-preview = Vis, hvor stor den er
attestation-begin = Begynd gennemgangen
attestation-size = { $items } linjer om { $people } personer. { $reviewers } ledere eller ejere svarer.
attestation-size-nobodys = { $count ->
    [one] Én linje har ingen leder og går til rettighedsadministratorerne.
   *[other] { $number } linjer har ingen leder og går til rettighedsadministratorerne.
}

notice-attestation-begun = Gennemgangen er begyndt. De, der skal svare, får besked, hvis der er sat mail op.
notice-attestation-saved = Svarene er gemt.
notice-attestation-handed = Det, der ikke var svaret på, er givet videre.
notice-attestation-none-handed = Der var intet at give videre.
notice-attestation-closed = Gennemgangen er afsluttet. Rapporten kan hentes herunder.

task-reviews = { $count ->
    [one] Rettighederne hos { $number } person venter på din gennemgang
   *[other] Rettighederne hos { $number } personer venter på din gennemgang
}
task-reviews-text = Sig for hver linje, om den skal beholdes eller fjernes.
task-reviews-badge = Gennemgang

action-attestation-answered = Så nogens rettigheder igennem
action-attestation-begun = Begyndte en gennemgang
action-attestation-closed = Afsluttede en gennemgang
action-attestation-exported = Hentede rapporten over en gennemgang
action-attestation-handed-over = Gav videre, hvad der ventede i en gennemgang
action-attestation-moved = En gennemgang gik videre til en anden
fact-campaign = gennemgang
fact-covers = omfatter
fact-departed = er stoppet
fact-due = frist
fact-items = linjer
fact-kept = beholdt
fact-name = navn
fact-removal = fjernes fra
fact-removed = fjernet
fact-to = til
fact-unanswered = uden svar
