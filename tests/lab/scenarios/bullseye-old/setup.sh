# A release that support has left. Its firewall looks open by its policies and closes with the last rule.
for tool in iptables ip6tables; do
  $tool -A INPUT -i lo -j ACCEPT
  $tool -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
  $tool -A INPUT -p tcp --dport 22 -j ACCEPT
  $tool -A INPUT -j DROP
done
ip6tables -I INPUT -p icmpv6 -j ACCEPT

# An account that was closed the right way: locked, with a key, and expired.
person gina 'correct horse battery staple'
key gina -t ed25519
usermod --lock --expiredate 1 gina
records_since 200

# A crontab plans a copy to another host. Cron keeps no record of how it ended; the job itself does, in a file.
echo '15 2 * * * root /usr/bin/rsync -a /home backup@vault.lab:/srv/old && echo "OK $(date +\%F)" >/var/lib/copy.status' \
  >/etc/cron.d/copy
echo "OK $(date -u +%F)" >/var/lib/copy.status
