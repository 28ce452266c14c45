package discordsim_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// Files travel in multipart forms, get a signed address, and stay, go or come
// with an edit.
func TestFiles(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		r := w.form("POST", w.channelPath("/messages"),
			object{"content": "two", "attachments": []object{{"id": 1, "filename": "second.bin"}}}, "first", "second")
		type wire struct {
			ID          messages.MessageID `json:"id,string"`
			Attachments []struct {
				ID       string `json:"id"`
				Filename string `json:"filename"`
				URL      string `json:"url"`
				Size     int    `json:"size"`
			}
		}
		var m wire
		r.want(t, 200).into(t, &m)
		if len(m.Attachments) != 2 || m.Attachments[0].Filename != "file0.txt" || m.Attachments[1].Filename != "second.bin" {
			t.Fatalf("posted %s", r.body)
		}
		get := func(url string) reply { return w.send(httptest.NewRequestWithContext(t.Context(), "GET", url, nil)) }
		if got := get(m.Attachments[1].URL).want(t, 200); got.body != "second" {
			t.Errorf("the file is %q", got.body)
		}
		get(strings.Replace(m.Attachments[1].URL, "hm=", "hm=0", 1)).want(t, 404)
		get(strings.Replace(m.Attachments[1].URL, "second.bin", "other.bin", 1)).want(t, 404)
		w.rest("PATCH", w.channelPath("/messages/"+m.ID.String()), object{"content": "still two"}).want(t, 200, "file0.txt", "second.bin")
		r = w.form("PATCH", w.channelPath("/messages/"+m.ID.String()), object{"attachments": []object{{"id": m.Attachments[1].ID}}}, "third")
		var edited wire
		r.want(t, 200).into(t, &edited)
		if len(edited.Attachments) != 2 || edited.Attachments[0].ID != m.Attachments[1].ID {
			t.Fatalf("edited: %s", r.body)
		}
		get(m.Attachments[0].URL).want(t, 404)
		time.Sleep(24 * time.Hour)
		get(m.Attachments[1].URL).want(t, 404)
		w.rest("GET", w.channelPath("/messages/"+m.ID.String()), nil).want(t, 200).into(t, &edited)
		get(edited.Attachments[0].URL).want(t, 200)

		w.form("POST", w.channelPath("/messages"), object{}, strings.Repeat("x", 10<<20+1)).want(t, 413, `"code":40005`)
		w.form("POST", w.channelPath("/messages"), object{}, make([]string, 11)...).want(t, 400, `"attachments"`)
		w.rest("POST", w.channelPath("/messages"), strings.Repeat("x", 25<<20+1)).want(t, 413, `"code":40005`)
	})
}

// form sends a multipart form with files.
func (w *town) form(method, path string, payload object, files ...string) reply {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormField("payload_json")
	check(w.t, err)
	_, err = part.Write(jsonOf(w.t, payload))
	check(w.t, err)
	for i, f := range files {
		part, err := form.CreateFormFile(fmt.Sprintf("files[%d]", i), fmt.Sprintf("file%d.txt", i))
		check(w.t, err)
		_, err = part.Write([]byte(f))
		check(w.t, err)
	}
	check(w.t, form.Close())
	req := httptest.NewRequestWithContext(w.t.Context(), method, "/api/v10"+path, &body)
	req.Header.Set("Authorization", "Bot "+w.Token())
	req.Header.Set("Content-Type", form.FormDataContentType())
	return w.send(req)
}
