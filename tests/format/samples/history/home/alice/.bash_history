ls -la
sudo su -
#1700000000
for i in 1 2; do
  echo $i
done
#1700000005
#99999999999999
#1700000009
su: (to root) bob on pts/0
#notatime

