# The bot in an image of its own: one static binary, certificates, nobody's rights.
#   docker build -t troupe .
#   docker run -e DISCORD_TOKEN -e GEMINI_API_KEY -v troupe:/data troupe
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=development
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /troupe ./cmd/troupe \
 && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /troupe /troupe
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
# The store must outlive the container; the endpoints are for who maps the port.
ENV TROUPE_STORE=sqlite:/data/troupe.db TROUPE_HTTP=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
# SIGTERM lets it finish what it has taken, within 10 s.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/troupe"]
CMD ["run"]
