"""材料预审: read an applicant's files, check them against the service guide, list every defect once."""
