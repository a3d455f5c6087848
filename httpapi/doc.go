package httpapi

//go:generate go tool -modfile=../scripts/tools/go.mod oapi-codegen -config oapi-server.yaml openapi.yaml
//go:generate go tool -modfile=../scripts/tools/go.mod oapi-codegen -config oapi-client.yaml openapi.yaml
