using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Contracts;
using Reelay.Providers;
using Reelay.Server.Assets;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Engine.Callbacks;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>Shows operators what an order would send upstream: the provider itself makes the request, and a handler without a network takes it.</summary>
internal sealed class RequestPreview(ChannelSet channels, IAssetStore assets, InputAddresses addresses, CallbackAddresses callbacks, TimeProvider time)
{
    private const string Hidden = "hidden";
    private const string Token = "attempt_token";

    /// <summary>Explains an order that has not been created.</summary>
    /// <param name="order">The order.</param>
    /// <param name="groups">Groups of the key it would be ordered with.</param>
    /// <param name="baseUrl">What links to this server begin with, in the words of this request.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<EstimateExplanation> ExplainAsync(
        GenerationOrder order, string groups, string baseUrl, CancellationToken cancellationToken)
    {
        var routes = channels.RoutesFor(order, groups);
        var explanation = new EstimateExplanation
        {
            UpstreamModels = order.UpstreamModels,
            Channels = [.. routes.Select(route => route.Channel.Id)],
        };
        return routes.Count == 0 ? explanation : await CaptureAsync(explanation, order, routes[0], baseUrl, cancellationToken);
    }

    private async Task<EstimateExplanation> CaptureAsync(
        EstimateExplanation explanation, GenerationOrder order, ChannelRoute route, string baseUrl, CancellationToken cancellationToken)
    {
        var channel = route.Channel;
        using var capture = new CaptureHandler();
        using var http = new HttpMessageInvoker(capture, disposeHandler: false);
        var context = new SubmissionContext
        {
            Account = channel.Account with { Credential = Without(channel.Account.Credential), Http = http },
            Request = ProviderRequests.Build(order, route.UpstreamModel, channel.VendorAccount),
            AttemptToken = Token,
            CallbackUrl = callbacks.Example(channel),
            Media = Media(order, channel, baseUrl),
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
    private List<MediaInput> Media(GenerationOrder order, ProviderChannel channel, string baseUrl) =>
        order.Media.Select((media, position) => new MediaInput
        {
            Role = media.Role,
            Name = media.Name,
            ContentType = media.ContentType.Length > 0 ? media.ContentType : "application/octet-stream",
            SizeBytes = media.AssetKey.Length > 0 ? media.SizeBytes : 0,
            FileName = ProviderRequests.FileName(position, media.ContentType),
            PublicUrl = addresses.Example(position, channel, baseUrl),
            OpenAsync = async cancellation => media.AssetKey.Length > 0 && await assets.OpenAsync(media.AssetKey, cancellation) is { } reader
                ? new AssetStream(reader) : new MemoryStream(),
        }).ToList();

    private static ProviderCredential Without(ProviderCredential credential) => credential switch
    {
        ProviderCredential.ApiKey => new ProviderCredential.ApiKey(Hidden),
        ProviderCredential.KeyPair => new ProviderCredential.KeyPair(Hidden, Hidden),
        ProviderCredential.ServiceAccount file => new ProviderCredential.ServiceAccount(WithoutKey(file.Json)),
        _ => credential,
    };

    // What else a key file says may stand in addresses; without its key a provider signs nothing and fetches no token.
    private static string WithoutKey(string json)
    {
        try
        {
            if (JsonNode.Parse(json) is not JsonObject file) return Hidden;
            file["private_key"] = Hidden;
            return file.ToJsonString();
        }
        catch (JsonException)
        {
            return Hidden;
        }
    }

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
                Url = request.RequestUri!.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped),
                Headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
                    .Where(header => !_secretHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
                    .ToDictionary(header => header.Key, header => string.Join(", ", header.Value)),
                Json = PreviewBody.Json(request.Content, await BodyAsync(request.Content, cancellationToken)),
                Text = PreviewBody.Text(request.Content, await BodyAsync(request.Content, cancellationToken)),
            };
            throw new HttpRequestException("This is a preview; nothing is sent.");
        }

        private static async Task<byte[]> BodyAsync(HttpContent? content, CancellationToken cancellationToken) =>
            content is null ? [] : await content.ReadAsByteArrayAsync(cancellationToken);
    }
}
