namespace Reelay.Simulators;

/// <summary>Makes files. One call at a time is the caller's business.</summary>
public interface IRenderer
{
    /// <summary>Makes the clip and writes it to a path that does not exist yet.</summary>
    /// <exception cref="RenderException">It could not be made.</exception>
    Task RenderAsync(ClipOrder order, string path, CancellationToken cancellationToken);

    /// <summary>Makes a picture of a clip that is there.</summary>
    /// <exception cref="RenderException">It could not be made.</exception>
    Task PictureAsync(string clipPath, ClipVariant variant, string path, CancellationToken cancellationToken);
}

/// <summary>A file could not be made; the message says why, for the operator.</summary>
public sealed class RenderException(string message, Exception? inner = null) : Exception(message, inner);
