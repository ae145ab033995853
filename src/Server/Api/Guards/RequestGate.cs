namespace Reelay.Server.Api.Guards;

/// <summary>What is refused before anything of a request is read.</summary>
internal static class RequestGate
{
    /// <summary>Refuses compressed bodies: a megabyte of them can hold a gigabyte, and no client of ours sends any.</summary>
    public static void UseRequestGate(this IApplicationBuilder app) => app.Use(next => context =>
    {
        var coding = context.Request.Headers.ContentEncoding;
        if (coding.Count == 0 || (coding.Count == 1 && "identity".Equals(coding[0]?.Trim(), StringComparison.OrdinalIgnoreCase))) return next(context);
        return ErrorWriter.WriteAsync(context, new ApiError(
            415, "unsupported_content_encoding",
            $"Content-Encoding '{Reading.Shown.Value(coding.ToString())}' is not supported; send the body as it is, without compression.", "Content-Encoding"));
    });
}
