@testable import HelioAPI
import Testing

@Test(arguments: [
    ("0", 0), ("1", 1000), ("0.", 0), ("1.", 1000), ("0.5", 500), ("0.05", 50), ("0.005", 5), ("0.999", 999), ("1.0", 1000),
    ("1.000", 1000),
])
func weight_IsRead(text: String, thousandths: Int) { #expect(Weight(Array(text.utf8)[...])?.thousandths == thousandths) }

@Test(arguments: [
    "", "2", "1.001", "1.1", "0.1234", "00", "01", ".5", "-0", "+1", "0,5", "NaN", "inf", "1e0", "0.a", " 1", "1 ", "٠",
])
func weight_IsRefused(text: String) { #expect(Weight(Array(text.utf8)[...]) == nil) }
