package geminisim

import "encoding/json"

// The bodies of answers (Gemini API reference, GenerateContentResponse, Model,
// CountTokensResponse and BatchEmbedContentsResponse).
type (
	wireResponse struct {
		Candidates []wireCandidate `json:"candidates,omitempty"`
		Feedback   *wireFeedback   `json:"promptFeedback,omitempty"`
		Usage      wireUsage       `json:"usageMetadata"`
		Model      string          `json:"modelVersion"`
		ID         string          `json:"responseId"`
	}
	wireCandidate struct {
		Content *wireContent `json:"content,omitempty"`
		Finish  string       `json:"finishReason,omitempty"`
		Index   int          `json:"index"`
	}
	wireContent struct {
		Parts []wirePart `json:"parts"`
		Role  string     `json:"role"`
	}
	wirePart struct {
		Text    string `json:"text"`
		Thought bool   `json:"thought,omitempty"`
	}
	wireFeedback struct {
		Block string `json:"blockReason"`
	}
	wireUsage struct {
		Prompt   int           `json:"promptTokenCount"`
		Output   int           `json:"candidatesTokenCount,omitempty"`
		Total    int           `json:"totalTokenCount"`
		Details  []wireDetails `json:"promptTokensDetails,omitempty"`
		Thoughts int           `json:"thoughtsTokenCount,omitempty"`
		Cached   int           `json:"cachedContentTokenCount,omitempty"`
		Tools    int           `json:"toolUsePromptTokenCount,omitempty"`
	}
	wireDetails struct {
		Modality string `json:"modality"`
		Tokens   int    `json:"tokenCount"`
	}
	wireCount struct {
		Total   int           `json:"totalTokens"`
		Details []wireDetails `json:"promptTokensDetails"`
	}
	wireEmbeddings struct {
		Embeddings []wireEmbedding    `json:"embeddings,omitempty"`
		Embedding  *wireEmbedding     `json:"embedding,omitempty"`
		Usage      wireEmbeddingUsage `json:"usageMetadata"`
	}
	wireEmbedding struct {
		Values []float32 `json:"values"`
	}
	wireEmbeddingUsage struct {
		Prompt  int           `json:"promptTokenCount"`
		Details []wireDetails `json:"promptTokenDetails"`
	}
	wireModel struct {
		Name        string   `json:"name"`
		Version     string   `json:"version"`
		DisplayName string   `json:"displayName"`
		InputLimit  int      `json:"inputTokenLimit"`
		OutputLimit int      `json:"outputTokenLimit"`
		Methods     []string `json:"supportedGenerationMethods"`
		Thinking    bool     `json:"thinking,omitempty"`
	}
	wireModels struct {
		Models []wireModel `json:"models"`
	}
)

// The body of an error (google.rpc.Status and its error_details.proto).
type (
	wireError struct {
		Error wireStatus `json:"error"`
	}
	wireStatus struct {
		Code    int              `json:"code"`
		Message string           `json:"message"`
		Status  string           `json:"status"`
		Details []map[string]any `json:"details,omitempty"`
	}
)

// marshal encodes a wire type. They all can be.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("geminisim: a wire type cannot be encoded: " + err.Error())
	}
	return b
}

func textDetails(tokens int) []wireDetails {
	return []wireDetails{{Modality: "TEXT", Tokens: tokens}}
}
