import HearthConfiguration
import Testing

struct ConfigurationErrorTests {
    @Test func `an error says where, what and the mend`() {
        let error = ConfigurationError(
            path: "system.yml", line: 3, column: 5, "unknown key 'mll'", hint: "did you mean 'ml'?")
        #expect("\(error)" == "system.yml:3:5: unknown key 'mll'; did you mean 'ml'?")
    }
}
