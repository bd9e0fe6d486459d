# What can be wrong with a directory.
ldap-nobody = The directory answered, but the filter finds nobody where it looks. An empty answer is never taken for an empty organisation, so nothing was changed.
ldap-broken = Nothing of the directory is used. Faults in the entries: { $number }.
ldap-not-text = The value is not text (UTF-8). Map another attribute.
ldap-other-name = { $found } has the same CPR number but another name. Correct the wrong one.
ldap-same-person = { $found } is the same person. Take one of them out of the group, or allow several identities a person.
ldap-same-user-name = { $found } has the same user name. Give one of them another.
ldap-passed-over = Passed over, because the account is not in use here.
ldap-manager-unread = Is the manager of { $number } in the source, but was not read, or has no name there. They are kept without a manager. Let the search find the manager too.
ldap-host-not-found = The directory { $server } was not found: its name has no address. Check the name in the configuration and the DNS of this machine. Technically: { $why }
ldap-unreachable = The directory { $server } cannot be reached. Check that it runs, the port, and the firewalls on the way. Technically: { $why }
ldap-trust-unreadable = The file { $file } with trusted authorities cannot be used. It must hold certificates in PEM form (-----BEGIN CERTIFICATE-----). Technically: { $why }
ldap-no-system-trust = This machine has no trusted authorities that can be used. Name a file with the one that issued the certificate of the directory. Technically: { $why }
ldap-certificate-not-trusted = The certificate of { $server } was issued by nobody we trust. Name the file with the issuing authority. The check cannot be switched off.
ldap-certificate-wrong-name = The certificate of { $server } is made out to another name. Use the name in the certificate, or have it issued for this one.
ldap-certificate-out-of-date = The certificate of { $server } has expired or is not valid yet. Check the clock of this machine and renew the certificate.
ldap-not-encrypted = No encrypted connection to { $server } came about. Check that TLS 1.2 or newer is offered and that the port fits ldaps:// or starttls. Technically: { $why }
ldap-sign-in-unknown-account = { $server } does not know the account { $name }. Check the name (525).
ldap-sign-in-wrong-password = { $server } refused { $name }: name or password is wrong. Check both. After several attempts the account may be locked.
ldap-sign-in-wrong-hour = { $server } refused { $name }: the account may not log in at this time of day. Widen its hours (530).
ldap-sign-in-wrong-machine = { $server } refused { $name }: the account may not log in from this machine. Allow it in the account (531).
ldap-sign-in-password-expired = { $server } refused { $name }: the password has expired. Set a new one and put it into its file (532).
ldap-sign-in-disabled = { $server } refused { $name }: the account is disabled. Enable it or use another (533).
ldap-sign-in-account-expired = { $server } refused { $name }: the account has expired. Extend it or use another (701).
ldap-sign-in-must-change-password = { $server } refused { $name }: the password must be changed first. Set a new one that need not be changed at the next log-in, and put it into its file (773).
ldap-sign-in-locked = { $server } refused { $name }: the account is locked after too many attempts. Unlock it, and find out who tried (775).
ldap-sign-in-encryption-required = { $server } refused { $name }: the directory wants an encrypted connection. Use ldaps:// or starttls = true.
ldap-timed-out = { $server } gave no answer within { $number } seconds ({ $step }). Check its load and the network, then try again.
ldap-connection-lost = The connection to { $server } broke ({ $step }). Nothing of the half answer is used. Check that the directory runs, then try again.
ldap-base-not-found = { $base } does not exist in { $server }, or the account may not see it. Check the base in the configuration.
ldap-group-not-found = The group { $base } does not exist in { $server }, or the account may not see it. Check its full name. Until then nobody can be said to be outside it.
ldap-name-malformed = { $name } is not a full name in { $server }. Write it like OU=Ansatte,DC=kommune,DC=example.
ldap-elsewhere = { $base } is kept by another directory, and { $server } only refers to it. Referrals are not followed: use the address of the directory that holds it.
ldap-size-limit = { $server } stopped at its size limit below { $base }. Raise the limit for the account (OpenLDAP: limits size.prtotal), or narrow the filter.
ldap-time-limit = { $server } stopped at its time limit below { $base }. Raise the limit for the account, or index the attributes of the filter.
ldap-not-permitted = { $server } does not let the account read below { $base }. Give it read access to people and groups.
ldap-filter-malformed = "{ $filter }" is not an LDAP filter. Check its brackets.
ldap-key-missing = An entry below { $base } in { $server } came without { $what }, by which people are known again. Give the account read access to that attribute.
ldap-value-malformed = An entry below { $base } in { $server } has a value of { $what } that cannot be read. Correct it in the directory.
ldap-limit-reached = Reading from { $server } was stopped at our limit of { $number }. Narrow the filter or raise the limit.
ldap-garbled = { $server } sent something that is not an LDAP answer ({ $step }). Check that the address is that of a directory.
ldap-refused = { $server } refused ({ $step }) with LDAP code { $number }: { $text }. Look the code up in the log of the directory.

ldap-step-look-up = while looking up its name
ldap-step-connect = while connecting
ldap-step-encrypt = while setting up encryption
ldap-step-sign-in = while logging in
ldap-step-search = while searching
