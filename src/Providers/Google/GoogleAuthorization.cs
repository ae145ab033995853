using System.Net.Http.Headers;

namespace Reelay.Providers.Google;

/// <summary>What one call authenticates with: an API key, a service account's token, or nothing.</summary>
internal sealed record GoogleAuthorization
{
    private const string KeyHeader = "x-goog-api-key";

    private readonly ProviderAccount _account;
    private readonly Uri? _tokenUrl;
    private readonly string? _key;
    private readonly string? _token;
    private readonly bool _isKept;

    private GoogleAuthorization(ProviderAccount account, Uri? tokenUrl, string? key = null, string? token = null, bool isKept = false) =>
        (_account, _tokenUrl, _key, _token, _isKept) = (account, tokenUrl, key, token, isKept);

    /// <summary>Gets it ready; only service accounts need a call for that.</summary>
    /// <param name="account">The account.</param>
    /// <param name="tokenUrl">Where tokens are fetched, or null for what the key file says.</param>
    /// <param name="isSubmission">Whether an order is to be sent with it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ProviderException">The credential is of no use.</exception>
    public static async Task<GoogleAuthorization> OfAsync(
        ProviderAccount account, Uri? tokenUrl, bool isSubmission, CancellationToken cancellationToken)
    {
        switch (account.Credential)
        {
            case ProviderCredential.ApiKey key:
                return new(account, tokenUrl, key: key.Value);
            case ProviderCredential.ServiceAccount file:
                var (token, isKept) = await GoogleTokens.GetAsync(account, file.Json, tokenUrl, isSubmission, cancellationToken);
                return new(account, tokenUrl, token: token, isKept: isKept);
            case ProviderCredential.None:
                return new(account, tokenUrl);
            default:
                throw new ProviderException(
                    ProviderErrorKind.Unauthorized,
                    $"channel {account.ChannelId} needs an API key or a service account's key file, not {account.Credential}");
        }
    }

    /// <summary>Puts it on a request.</summary>
    public HttpRequestMessage On(HttpRequestMessage request)
    {
        if (_key is not null)
            request.Headers.TryAddWithoutValidation(KeyHeader, _key);
        if (_token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        return request;
    }

    /// <summary>
    /// What a refusal of it means. A kept token may have been revoked before its time: it is dropped, and an order counts as not taken for
    /// now, so that the next try comes with a new one. If that is refused too, the account is bad.
    /// </summary>
    public ProviderException Judged(ProviderException exception)
    {
        if (exception.StatusCode != 401 || _token is null)
            return exception;
        GoogleTokens.Drop(_account, ((ProviderCredential.ServiceAccount)_account.Credential).Json, _tokenUrl);
        return _isKept && exception.Kind == ProviderErrorKind.Unauthorized
            ? new(ProviderErrorKind.Overloaded, $"{exception.Message} (with a token that was kept; the next call fetches another)", exception)
            {
                StatusCode = exception.StatusCode, RawBody = exception.RawBody, RetryAfter = exception.RetryAfter,
            }
            : exception;
    }
}
