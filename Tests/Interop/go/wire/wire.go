// Package wire has as much of protobuf as these checks need, written by hand: Debian has no generator for Go that works
// without a network, and the clients take any codec.
package wire

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Raw is a message as its bytes.
type Raw struct{ Bytes []byte }

// What the protobuf packages want of a message.
func (m *Raw) Reset()                   { m.Bytes = nil }
func (m *Raw) String() string           { return fmt.Sprintf("%d bytes", len(m.Bytes)) }
func (m *Raw) ProtoMessage()            {}
func (m *Raw) Marshal() ([]byte, error) { return m.Bytes, nil }

// Unmarshal keeps the bytes.
func (m *Raw) Unmarshal(data []byte) error {
	m.Bytes = append([]byte(nil), data...)
	return nil
}

func field(number byte, content []byte) []byte {
	out := append([]byte{number<<3 | 2}, make([]byte, 10)...)
	size := binary.PutUvarint(out[1:], uint64(len(content)))
	return append(out[:1+size], content...)
}

// PredictRequest encodes a hearth.v1.PredictRequest.
func PredictRequest(model string, values []float64) *Raw {
	packed := make([]byte, 8*len(values))
	for index, value := range values {
		binary.LittleEndian.PutUint64(packed[8*index:], math.Float64bits(value))
	}
	return &Raw{append(field(1, []byte(model)), field(4, packed)...)}
}

// ModelRequest encodes the messages whose only field is the model's name.
func ModelRequest(model string) *Raw { return &Raw{field(1, []byte(model))} }

// Fields calls `each` with number and content of every field that has a length.
func Fields(data []byte, each func(number uint64, content []byte)) error {
	for len(data) > 0 {
		tag, size := binary.Uvarint(data)
		if size <= 0 {
			return fmt.Errorf("a broken tag")
		}
		data = data[size:]
		value, size := binary.Uvarint(data)
		switch {
		case tag&7 == 0 && size > 0:
			data = data[size:]
		case tag&7 == 1 && len(data) >= 8:
			data = data[8:]
		case tag&7 == 2 && size > 0 && value <= uint64(len(data)-size):
			each(tag>>3, data[size:size+int(value)])
			data = data[size+int(value):]
		default:
			return fmt.Errorf("a broken field %d", tag>>3)
		}
	}
	return nil
}

// Scores reads the first value of `score_samples` from a hearth.v1.PredictResponse.
func Scores(reply []byte) (score float64, version string, err error) {
	found := false
	err = Fields(reply, func(number uint64, content []byte) {
		switch number {
		case 2:
			version = string(content)
		case 6:
			name := ""
			_ = Fields(content, func(number uint64, content []byte) {
				if number == 1 {
					name = string(content)
				} else if number == 3 && name == "score_samples" && len(content) >= 8 {
					score, found = math.Float64frombits(binary.LittleEndian.Uint64(content)), true
				}
			})
		}
	})
	if err == nil && !found {
		err = fmt.Errorf("no score_samples in the reply")
	}
	return score, version, err
}
