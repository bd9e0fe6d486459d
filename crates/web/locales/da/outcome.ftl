# Hvordan det gik med en operation, hvor det ikke er MitID Erhverv, der svarer.
outcome-program-stopped = Programmet stoppede, mens den blev sendt. Lokalid ser efter, om den virkede, før noget sendes igen.
outcome-gone = Brugeren findes ikke længere i MitID Erhverv. Næste plan spørger, hvad der skal ske.
outcome-created-before = En tidligere oprettelse af samme person virkede alligevel. Næste plan siger, hvad der mangler.
outcome-lost-and-unwanted = Svaret gik tabt. Den virkede ikke, og nu er den ikke ønsket længere.
outcome-not-activated = MitID Erhverv kan ikke suspendere en bruger, der ikke er aktiveret. Den, der skal stoppes, bliver suspenderet, så snart det kan lade sig gøre.
outcome-may-still-come = Svaret på oprettelsen gik tabt, og den kan stadig nå at virke. Lokalid venter og ser efter.
outcome-list-cut = Listen fra MitID Erhverv mangler nogen, der er der. Derfor viser den ikke, om oprettelsen virkede.
outcome-several = Flere nye brugere i { $name } ligner denne person, efter at et svar gik tabt. Næste plan spørger, hvem der er den rigtige.
outcome-rights-partly = Kun { $number } af { $expected } rettigheder gik igennem en for en. Resten blev afvist: { $why }
