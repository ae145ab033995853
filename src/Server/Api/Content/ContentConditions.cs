using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Reelay.Server.Api.Content;

/// <summary>Evaluates a request's conditions against one file, in the order of RFC 9110, 13.2.2.</summary>
internal static class ContentConditions
{
    /// <summary>Whether If-Match or, without it, If-Unmodified-Since forbids an answer.</summary>
    public static bool HasFailed(RequestHeaders request, EntityTagHeaderValue tag, DateTimeOffset lastModified)
    {
        if (request.IfMatch is { Count: > 0 } tags) return !Matches(tags, tag, useStrongComparison: true);
        return request.IfUnmodifiedSince is { } date && lastModified > date;
    }

    /// <summary>Whether the caller's copy is still good: If-None-Match or, without it, If-Modified-Since.</summary>
    public static bool IsNotModified(RequestHeaders request, EntityTagHeaderValue tag, DateTimeOffset lastModified)
    {
        if (request.IfNoneMatch is { Count: > 0 } tags) return Matches(tags, tag, useStrongComparison: false);
        return request.IfModifiedSince is { } date && lastModified <= date;
    }

    /// <summary>Whether the Range header counts: without If-Range, or with one that names exactly this file.</summary>
    public static bool AllowRange(RequestHeaders request, EntityTagHeaderValue tag, DateTimeOffset lastModified)
    {
        if (request.Headers.IfRange.Count == 0) return true;
        if (request.IfRange is not { } condition) return false;
        return condition.EntityTag is { } given ? given.Compare(tag, useStrongComparison: true) : condition.LastModified == lastModified;
    }

    private static bool Matches(IList<EntityTagHeaderValue> given, EntityTagHeaderValue tag, bool useStrongComparison)
    {
        foreach (var candidate in given)
        {
            if (candidate.Equals(EntityTagHeaderValue.Any) || candidate.Compare(tag, useStrongComparison)) return true;
        }

        return false;
    }
}
