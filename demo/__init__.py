"""A made-up bureau to try everything on: places of 赤峰市, invented schools, people and addresses."""
