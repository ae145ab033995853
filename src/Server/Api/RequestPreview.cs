using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Contracts;
using Reelay.Providers;
using Reelay.Server.Assets;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>Shows operators what an order would send upstream: the provider itself makes the request, and a handler without a network takes it.</summary>
internal sealed class RequestPreview(ChannelSet channels, IAssetStore assets, InputAddresses addresses, TimeProvider time)
{
    private const string Hidden = "hidden";
    private const string Token = "attempt_token";

    /// <summary>Explains an order that has not been created.</summary>
    public async Task<EstimateExplanation> ExplainAsync(GenerationOrder order, CancellationToken cancellationToken)
    {
        var routes = channels.RoutesFor(order);
        var explanation = new EstimateExplanation
        {
            UpstreamModels = order.UpstreamModels,
            Channels = [.. routes.Select(route => route.Channel.Id)],
        };
        return routes.Count == 0 ? explanation : await CaptureAsync(explanation, order, routes[0], cancellationToken);
    }

    private async Task<EstimateExplanation> CaptureAsync(
        EstimateExplanation explanation, GenerationOrder order, ChannelRoute route, CancellationToken cancellationToken)
    {
        var channel = route.Channel;
        using var capture = new CaptureHandler();
        using var http = new HttpMessageInvoker(capture, disposeHandler: false);
        var context = new SubmissionContext
        {
            Account = channel.Account with { Credential = Without(channel.Account.Credential), Http = http },
            Request = ProviderRequests.Build(order, route.UpstreamModel, channel.VendorAccount),
            AttemptToken = Token,
            Media = Media(order, channel),
            Deadline = time.GetUtcNow().AddMinutes(1),
        };
        try
        {
            await channel.Provider.SubmitAsync(context, cancellationToken);
        }
        catch (ProviderException exception) when (capture.Seen is null)
        {
            return explanation with { Refusal = exception.Message };
        }
        catch (ProviderException)
        {
            // Expected: the handler gives no answer.
        }

        return explanation with { Request = capture.Seen };
    }

    // A link is not fetched for a preview; a placeholder stands for its bytes.
    private List<MediaInput> Media(GenerationOrder order, ProviderChannel channel) =>
        order.Media.Select((media, position) => new MediaInput
        {
            Role = media.Role,
            Name = media.Name,
            ContentType = media.ContentType.Length > 0 ? media.ContentType : "application/octet-stream",
            SizeBytes = media.AssetKey.Length > 0 ? media.SizeBytes : 0,
            FileName = $"input{position}",
            PublicUrl = addresses.Example(position, channel),
            OpenAsync = async cancellation => media.AssetKey.Length > 0 && await assets.OpenAsync(media.AssetKey, cancellation) is { } reader
                ? new AssetStream(reader) : new MemoryStream(),
        }).ToList();

    private static ProviderCredential Without(ProviderCredential credential) => credential switch
    {
        ProviderCredential.ApiKey => new ProviderCredential.ApiKey(Hidden),
        ProviderCredential.KeyPair => new ProviderCredential.KeyPair(Hidden, Hidden),
        _ => credential,
    };

    /// <summary>Notes the first request and answers none.</summary>
    private sealed class CaptureHandler : HttpMessageHandler
    {
        private static readonly string[] _secretHeaders = ["Authorization", "x-api-key", "api-key", "x-goog-api-key"];

        public EstimateRequest? Seen { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Seen ??= new EstimateRequest
            {
                Method = request.Method.Method,
                Url = request.RequestUri!.AbsoluteUri,
                Headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
                    .Where(header => !_secretHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
                    .ToDictionary(header => header.Key, header => string.Join(", ", header.Value)),
                Json = Preview.Json(request.Content, await BodyAsync(request.Content, cancellationToken)) is { } json ? json : null,
                Text = Preview.Text(request.Content, await BodyAsync(request.Content, cancellationToken)),
            };
            throw new HttpRequestException("This is a preview; nothing is sent.");
        }

        private static async Task<byte[]> BodyAsync(HttpContent? content, CancellationToken cancellationToken) =>
            content is null ? [] : await content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Bodies for people: whole where they are short, cut where they hold files.</summary>
    private static class Preview
    {
        private const int MaxText = 200;
        private const int MaxBody = 16 << 10;

        public static JsonNode? Json(HttpContent? content, byte[] body) => IsJson(content) ? Cut(JsonNode.Parse(body)) : null;

        public static string? Text(HttpContent? content, byte[] body)
        {
            if (content is null || IsJson(content)) return null;
            var text = new StringBuilder();
            foreach (var part in Encoding.Latin1.GetString(body).Split("\r\n\r\n")) text.Append(Shorten(part)).Append("\r\n\r\n");
            return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text.Length > MaxBody ? text.ToString(0, MaxBody) : text.ToString())).TrimEnd();
        }

        private static bool IsJson(HttpContent? content) => content?.Headers.ContentType?.MediaType is "application/json";

        // A part that is no text is a file; the boundary and the headers of the next part stand behind it.
        private static string Shorten(string part)
        {
            if (!part.Any(letter => letter < ' ' && letter is not ('\r' or '\n' or '\t'))) return part.Length <= MaxBody ? part : part[..MaxBody] + " …";
            var end = part.LastIndexOf("\r\n--", StringComparison.Ordinal);
            return end < 0 ? $"({part.Length:N0} bytes)" : $"({end:N0} bytes){part[end..]}";
        }

        private static JsonNode? Cut(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject members:
                    foreach (var (name, value) in members.ToList()) members[name] = Cut(value?.DeepClone());
                    return members;
                case JsonArray items:
                    return new JsonArray([.. items.Select(item => Cut(item?.DeepClone()))]);
                case JsonValue value when value.GetValueKind() is JsonValueKind.String && value.GetValue<string>() is { Length: > MaxText } text && !text.Contains(' ', StringComparison.Ordinal):
                    return JsonValue.Create($"{text[..32]}… ({text.Length:N0} characters)");
                default:
                    return node;
            }
        }
    }
}
