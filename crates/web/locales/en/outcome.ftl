# How it went with an operation, where it is not MitID Erhverv that answers.
outcome-program-stopped = The program stopped while this was being sent. Lokalid looks for its effect before anything is sent again.
outcome-gone = The user is no longer in MitID Erhverv. The next plan asks what is to happen.
outcome-created-before = An earlier creation of the same person had its effect after all. The next plan says what is missing.
outcome-lost-and-unwanted = The answer was lost. It had no effect, and it is not wanted any more.
outcome-not-activated = MitID Erhverv cannot suspend a user who has not activated. Whoever is to be stopped is suspended as soon as that is possible.
outcome-may-still-come = The answer to the creation was lost, and its effect may still come. Lokalid waits and looks.
outcome-list-cut = MitID Erhverv's list leaves out somebody who is there, so it does not show whether the creation had its effect.
outcome-several = Several new users in { $name } look like this person after an answer was lost. The next plan asks which is the right one.
outcome-rights-partly = Only { $number } of { $expected } rights went through one by one. The rest was refused: { $why }
