using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Http;

namespace Reelay.Providers.Google;

/// <summary>
/// Access tokens of service accounts, fetched by Google's own library and kept until shortly before they expire. They live as long as the
/// HTTP of the channel they were fetched through, so that a provider itself has no state.
/// </summary>
internal static class GoogleTokens
{
    /// <summary>A private key of this text signs nothing: previews show requests without making any.</summary>
    public const string HiddenKey = "hidden";

    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    private static readonly ConditionalWeakTable<HttpMessageInvoker, ConcurrentDictionary<string, ServiceAccountCredential>> _kept = [];

    /// <summary>A token, and whether it was there before.</summary>
    /// <param name="account">The account.</param>
    /// <param name="json">Its key file.</param>
    /// <param name="tokenUrl">Where to fetch it, or null for what the key file says.</param>
    /// <param name="isSubmission">Whether an order is to be sent with it: then a failure of transport means that nothing was sent.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ProviderException">None could be had.</exception>
    public static async Task<(string Token, bool IsKept)> GetAsync(
        ProviderAccount account, string json, Uri? tokenUrl, bool isSubmission, CancellationToken cancellationToken)
    {
        var transport = isSubmission ? ProviderErrorKind.NotSent : ProviderErrorKind.Unavailable;
        if (GoogleServiceAccount.Read(json) is not { } key)
            throw Failure(account, ProviderErrorKind.Unauthorized, "the credential is no key file of a service account");
        if (key.PrivateKey == HiddenKey)
            return (HiddenKey, false);
        var source = _kept.GetOrCreateValue(account.Http).GetOrAdd(Name(json, tokenUrl), _ => Source(account, key, tokenUrl));
        try
        {
            var before = source.Token?.AccessToken;
            var token = await source.GetAccessTokenForRequestAsync(null, cancellationToken);
            return (token, token == before);
        }
        catch (TokenResponseException exception)
        {
            // Only Google's own form of refusal speaks of the key; anything else is a server that is not well.
            var isRefusal = exception.Error?.Error is { Length: > 0 } && (int?)exception.StatusCode is 400 or 401 or 403;
            throw Failure(account, isRefusal ? ProviderErrorKind.Unauthorized : transport, Words(exception), exception, (int?)exception.StatusCode);
        }
        catch (Exception exception) when (isSubmission || IsTransport(exception, cancellationToken))
        {
            throw Failure(account, transport, $"{exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    /// <summary>Forgets a token that was refused, so that the next call fetches another.</summary>
    public static void Drop(ProviderAccount account, string json, Uri? tokenUrl)
    {
        if (_kept.TryGetValue(account.Http, out var kept))
            kept.TryRemove(Name(json, tokenUrl), out _);
    }

    private static ServiceAccountCredential Source(ProviderAccount account, GoogleServiceAccount key, Uri? tokenUrl)
    {
        var place = tokenUrl?.AbsoluteUri ?? key.TokenUri;
        var initializer = place is null
            ? new ServiceAccountCredential.Initializer(key.ClientEmail)
            : new ServiceAccountCredential.Initializer(key.ClientEmail, place);
        initializer.Scopes = [Scope];
        initializer.KeyId = key.PrivateKeyId;
        initializer.HttpClientFactory = new GoogleTokenHttp(account.Http);
        initializer.Clock = new GoogleClock(account.Time);
        initializer.DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None;
        try
        {
            return new(initializer.FromPrivateKey(key.PrivateKey));
        }
        catch (Exception exception)
        {
            // Whatever the library's reader makes of a broken key: it says nothing but that.
            throw Failure(account, ProviderErrorKind.Unauthorized, "the private key in the key file cannot be read", exception);
        }
    }

    private static string Name(string json, Uri? tokenUrl) => $"{tokenUrl}\n{json}";

    private static bool IsTransport(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static string Words(TokenResponseException exception) =>
        $"{(int?)exception.StatusCode} {exception.Error?.Error}: {exception.Error?.ErrorDescription}";

    private static ProviderException Failure(
        ProviderAccount account, ProviderErrorKind kind, string reason, Exception? inner = null, int? status = null)
    {
        var words = UpstreamSecrets.Hide($"no access token for channel {account.ChannelId}: {reason}", account);
        return new(kind, words.Length > UpstreamAnswer.MaxMessageLength ? words[..UpstreamAnswer.MaxMessageLength] : words, inner)
        {
            StatusCode = status,
        };
    }
}
