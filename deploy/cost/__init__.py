"""What the shop costs on AWS: `python -m deploy.cost` makes docs/cost.md of prices, usage and deploy/params."""
