package discord

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// mend returns data in the form that Discord itself uses, as far as it is a
// server of somebody else's that does not: IDs and permissions are quoted, those
// that are none are left out, and so are times that are none; who is mentioned is
// an object. It is for data that cannot be decoded as it is.
func mend(data []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // an ID has more digits than a float64
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	mendValue("", v)
	return json.Marshal(v)
}

func mendValue(name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if mended, keep := mendField(name, value); keep {
				v[name] = mended
				mendValue(name, mended)
			} else {
				delete(v, name)
			}
		}
	case []any:
		for i := range v {
			v[i] = mendElement(name, v[i])
			mendValue(name, v[i])
		}
	}
}

// mendField returns what a field of an object is to hold, if anything.
func mendField(name string, value any) (mended any, keep bool) {
	switch {
	case name == "id", strings.HasSuffix(name, "_id"), strings.HasSuffix(name, "permissions"), name == "allow", name == "deny":
		return quoted(value), value != ""
	case strings.HasSuffix(name, "timestamp"):
		s, _ := value.(string)
		_, err := time.Parse(time.RFC3339, s)
		return value, err == nil
	}
	return value, true
}

// mendElement returns what an element of the list called name is to be.
func mendElement(name string, value any) any {
	switch {
	case name == "mentions":
		if _, isObject := value.(map[string]any); !isObject {
			return map[string]any{"id": quoted(value)}
		}
	case strings.HasSuffix(name, "ids"), strings.HasSuffix(name, "roles"):
		return quoted(value)
	}
	return value
}

// quoted returns a number as a string; what is none stays as it is.
func quoted(value any) any {
	if n, ok := value.(json.Number); ok {
		return n.String()
	}
	return value
}
