using System.ComponentModel.DataAnnotations;

namespace Reelay.Server.Assets.Variants;

/// <summary>How thumbnails and spritesheets are made: <c>Reelay:Variants</c> in the configuration.</summary>
internal sealed class VariantOptions
{
    /// <summary>The ffmpeg program: a name to be looked for in <c>PATH</c>, or a path. Default <c>ffmpeg</c>.</summary>
    [Required]
    public string Ffmpeg { get; set; } = "ffmpeg";

    /// <summary>Longest time for one picture in seconds, copying the output included. Default 60, below the time-outs of SDKs.</summary>
    [Range(1, 600)]
    public int RenderSeconds { get; set; } = 60;

    /// <summary>Pictures made at the same time. Default 2.</summary>
    [Range(1, 16)]
    public int MaxRenders { get; set; } = 2;

    /// <summary>Pictures that may wait or be in the making; beyond, requests answer 503 <c>variants_busy</c>. Default 100.</summary>
    [Range(1, 10_000)]
    public int MaxWaiting { get; set; } = 100;
}
