import HearthImport
import Testing
