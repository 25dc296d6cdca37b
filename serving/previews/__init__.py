"""材料预审 as a service: cases on disk, reading in the background, officers' decisions, the return-rate monitor."""
