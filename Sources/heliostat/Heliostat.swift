@main struct Heliostat { static func main() {} }
