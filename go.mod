module troupe

go 1.26.0
