# Hvorfor MitID Erhverv ikke gjorde det, der blev bedt om.
remote-not-now = MitID Erhverv kan ikke nås eller svarer ikke lige nu. Lokalid prøver selv igen. Teknisk: { $why }
remote-unknown = Svaret fra MitID Erhverv gik tabt, så det er uvist, om det skete. Lokalid læser efter, før noget sendes igen. Teknisk: { $why }
remote-gone = Brugeren findes ikke i MitID Erhverv. Den er slettet der.
remote-busy = Nogen rettede den samme bruger i MitID Erhverv i samme øjeblik. Lokalid prøver selv igen. Teknisk: { $why }
remote-conflict = Det, der står i MitID Erhverv, tillader det ikke. Se på brugeren der. Teknisk: { $why }
remote-refused = MitID Erhverv afviste det, og det hjælper ikke at sende det samme igen. Teknisk: { $why }
remote-not-let-in = MitID Erhverv lukker os ikke ind. Se efter under Opsætning, om certifikatet gælder og har sin rettighed. Teknisk: { $why }
remote-garbled = MitID Erhverv svarede noget, der ikke kan læses, så intet af det er brugt. Prøv igen senere. Teknisk: { $why }
remote-not-a-call = Programmet ville sende noget, der ikke sendes. Det er en fejl i Lokalid, så meld den gerne. Teknisk: { $why }
remote-never-read = MitID Erhverv er aldrig læst helt, så ingen ved, hvem der er der i forvejen, og alle ville blive oprettet igen. Vælg »Læs, planlæg og udfør« under Planer, og godkend den første plan.
remote-lists-differ = MitID Erhverv svarede med { $number } brugere og lige efter med { $found }, så ingen af listerne er brugt. Prøv igen senere.
remote-plan-changed = Plan { $number } er ikke længere det, der ville ske, så godkendelsen gælder ikke. Se plan { $found }, og godkend den.
remote-empty-list = MitID Erhverv svarede med en tom liste ({ $what }). Det tror vi ikke på; det, vi vidste, gælder stadig.
