"""The local stand-in of Elastic Beanstalk's SQS daemon: brings the queue `jobs` to the worker's door, and keeps time.

It imports little and uses threads, as it starts with every stack.
"""
