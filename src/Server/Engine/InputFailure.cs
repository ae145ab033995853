using System.Globalization;
using System.Net;
using Reelay.Providers;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Catalog;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Why a link of an order could not be brought into our store.</summary>
/// <param name="Position">Position among the order's media.</param>
/// <param name="Reason">In words for the caller: no path, no query, no address of ours.</param>
/// <param name="IsTransient">Whether another try may help.</param>
internal sealed record InputFailure(int Position, string Reason, bool IsTransient)
{
    private const int TooEarly = 425;

    /// <summary>Whether the file came and is not what the model takes.</summary>
    public bool IsUnsuitable { get; init; }

    /// <summary>Whether our own store failed, which counts against nobody's link.</summary>
    public bool IsOurs { get; init; }

    /// <summary>What a failed fetch means. ARCHITECTURE.md draws the same table and a test compares the two.</summary>
    public static InputFailure From(int position, FetchException exception) =>
        new(position, Words(exception), IsTransientKind(exception.Failure, exception.StatusCode));

    /// <summary>Whether another try may help.</summary>
    public static bool IsTransientKind(FetchFailure failure, HttpStatusCode? status) => failure switch
    {
        FetchFailure.TimedOut or FetchFailure.Truncated or FetchFailure.Transport => true,
        FetchFailure.Status => status is HttpStatusCode.RequestTimeout or (HttpStatusCode)TooEarly or HttpStatusCode.TooManyRequests
            or >= HttpStatusCode.InternalServerError,
        _ => false,
    };

    /// <summary>The end of a task that this failure brings about.</summary>
    /// <param name="order">Names what the link is for; the link itself is told by its host alone, since the rest may hold a signature.</param>
    /// <param name="tryCount">Tries made.</param>
    public TaskError ToError(GenerationOrder order, int tryCount)
    {
        var what = Name(order, Position);
        var where = Uri.TryCreate(order.Media[Position].Url, UriKind.Absolute, out var url) && url.IdnHost.Length > 0 ? " at " + url.IdnHost : "";
        var happened = IsUnsuitable ? "cannot be used" : "could not be fetched";
        var tries = tryCount > 1 ? $" ({tryCount} tries)" : "";
        return TaskErrors.ReferenceUnavailable with { Message = $"The {what}{where} {happened}: {Reason}{tries}." };
    }

    private static string Words(FetchException exception) => exception.Failure switch
    {
        _ when exception.StatusCode is { } status => ((int)status).ToString(CultureInfo.InvariantCulture),
        FetchFailure.BadUrl => "this address cannot be fetched",
        FetchFailure.BlockedAddress => "it leads to an address that is not public",
        FetchFailure.BadRedirect => "it redirects to an address that is not followed",
        FetchFailure.TooManyRedirects => "it redirects too often",
        FetchFailure.NameNotFound => "there is no such host",
        FetchFailure.TimedOut => "it took too long",
        FetchFailure.TooLarge => "it is too large",
        FetchFailure.Encoded => "it is sent compressed, which was not asked for",
        FetchFailure.Truncated => "the connection broke off",
        _ => "the connection failed",
    };

    // One of several is told by its number among those for the same use, from 1.
    private static string Name(GenerationOrder order, int position)
    {
        var role = order.Media[position].Role;
        var number = order.Media.Take(position + 1).Count(media => media.Role == role);
        return role switch
        {
            MediaRole.FirstFrame => "first frame",
            MediaRole.LastFrame => "last frame",
            MediaRole.SourceVideo => "source video",
            MediaRole.Mask => "mask",
            _ => $"{MediaRoles.Name(role).Replace('_', ' ')} {number}",
        };
    }
}
