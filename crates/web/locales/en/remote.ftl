# Why MitID Erhverv did not do what it was asked.
remote-not-now = MitID Erhverv cannot be reached or does not answer right now. Lokalid tries again by itself. Technically: { $why }
remote-unknown = The answer of MitID Erhverv was lost, so nobody knows whether it happened. Lokalid looks before anything is sent again. Technically: { $why }
remote-gone = The user is not in MitID Erhverv. It was deleted there.
remote-busy = Somebody changed the same user in MitID Erhverv at the same moment. Lokalid tries again by itself. Technically: { $why }
remote-conflict = What stands in MitID Erhverv does not allow it. Look at the user there. Technically: { $why }
remote-refused = MitID Erhverv refused it, and sending the same again does not help. Technically: { $why }
remote-not-let-in = MitID Erhverv does not let us in. Check under Settings that the certificate is valid and has its right. Technically: { $why }
remote-garbled = MitID Erhverv answered something that cannot be read, so nothing of it is used. Try again later. Technically: { $why }
remote-not-a-call = The program was about to send something that is never sent. That is a fault in Lokalid; please report it. Technically: { $why }
remote-never-read = MitID Erhverv has never been read in full, so nobody knows who is there already, and everybody would be created again. Choose "Read, plan and carry out" under Plans and approve the first plan.
remote-lists-differ = MitID Erhverv answered with { $number } users and right after with { $found }, so neither list is used. Try again later.
remote-plan-changed = Plan { $number } is not what would be done any more, so the approval does not count. Look at plan { $found } and approve that.
remote-empty-list = MitID Erhverv answered with an empty list ({ $what }). We do not believe that; what was known still counts.
