"""`run --like-aws`: both tiers as Elastic Beanstalk runs them, each machine a folder with an unpacked bundle."""
