package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/api"
	"github.com/convnet-playground/convnet/internal/teaching"
	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// Config says what to serve and to whom.
type Config struct {
	DB        *store.DB
	Embedder  search.Embedder // nil: no queries by a new picture
	Prober    explorer.Prober // nil: no picture can be looked at layer by layer
	UploadOff string          // why Embedder and Prober are nil, as a sentence for the page
	Placer    search.Placer   // nil: queries by a new picture have no place on maps
	Queue     explorer.Queue  // nil: pages cannot ask for pictures
	QueueOff  string          // why Queue is nil, as a sentence for the page
	EditsOff  string          // why DB is open for reading only, as a sentence for the page
	ReadOnly  bool            // said on the pages; then nothing is written
	Logger    *slog.Logger    // nil: no log
	Hosts     []string        // host names to answer to beside the loopback ones
	Origins   []string        // whose pages may use the API, as ParseOrigin writes them
	Version   string
	Limits    Limits
}

// Server serves one database.
type Server struct {
	config Config
	echo   *echo.Echo
	hosts  *hosts
	warm   *warmPages

	working context.Context // of work that pages have begun and nobody waits for; it ends with the server
	endWork context.CancelFunc
	work    sync.WaitGroup

	watching chan struct{} // holds one for each who is sent events
	stopping chan struct{} // closed when the server begins to stop
}

// New prepares a server. A template that does not parse is a mistake in this program, so it panics.
func New(config Config) *Server {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	config.Limits = config.Limits.withDefaults()
	renderer, err := templates.New()
	if err != nil {
		panic(fmt.Sprintf("server: %v", err))
	}
	s := &Server{
		config: config, echo: echo.New(), hosts: newHosts(config.Hosts), warm: newWarmPages(config.DB),
		watching: make(chan struct{}, maxWatching), stopping: make(chan struct{}),
	}
	s.working, s.endWork = context.WithCancel(context.Background())
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.Renderer = renderer
	s.echo.HTTPErrorHandler = s.fail
	s.use()
	s.route()
	return s
}

// gzipLevel takes two fifths of the usual level's time for a search page, and makes it a twelfth larger.
const gzipLevel = 2

// use puts the layers around every request, the outermost first.
func (s *Server) use() {
	limits := s.config.Limits
	s.echo.Use(
		s.log,
		secure,
		middleware.RecoverWithConfig(middleware.RecoverConfig{LogErrorFunc: s.logPanic}),
		templates.WithSite(templates.Site{
			Version: s.config.Version, File: filepath.Base(s.config.DB.Path()), ReadOnly: s.config.ReadOnly,
		}),
		s.hosts.check,
		s.share,
		endless(atOnce(limits.Requests)),
		endless(unhurried(within(limits.Time))),
		bodyLimit(limits.Body),
		s.sameOrigin,
		s.warm.serve,
		middleware.GzipWithConfig(middleware.GzipConfig{Skipper: alreadyCompressed, MinLength: 1024, Level: gzipLevel}),
	)
}

func (s *Server) route() {
	pages := s.echo.Group("")
	service := search.NewService(s.config.DB, s.config.Embedder)
	service.UploadOff, service.Placer = s.config.UploadOff, s.config.Placer
	channels := explorer.NewChannels(s.config.DB)
	service.Firing, service.Icons = firing(channels), icons(s.config.DB)
	if s.config.DB.ReadOnly() {
		service.EditsOff = cmp.Or(s.config.EditsOff, "Nothing can be changed here: the file is open for reading only.")
	}
	service.Behind = func(do func(context.Context)) { s.work.Go(func() { do(s.working) }) }
	uploads := upload.NewDesk(upload.Options{Bytes: s.config.Limits.Body, AtOnce: s.config.Limits.Uploads})
	search.Register(pages, service, uploads)
	api.Register(pages, api.Options{DB: s.config.DB, Service: service, Uploads: uploads, Version: s.config.Version})
	explorer.Register(pages, s.config.DB, explorer.Options{
		Prober: s.config.Prober, ProbeOff: s.config.UploadOff, Queue: s.config.Queue, QueueOff: s.queueOff(), Uploads: uploads, Channels: channels,
	})

	teaching.Register(pages, teaching.Options{DB: s.config.DB, Service: service, Channels: channels, Probing: s.config.Prober != nil})

	read := []string{http.MethodGet, http.MethodHead}
	s.echo.Match(read, "/images/:sha256", s.serveOriginal)
	s.echo.Match(read, "/thumbnails/:sha256", s.serveThumbnail)
	s.echo.Match(read, "/uploads/:token", func(c echo.Context) error { return serveUploaded(c, uploads) })
	s.echo.Match(read, "/visualizations/sheet", s.serveSheet)
	s.echo.Match(read, "/visualizations/:file", s.serveVisualization)
	s.routeQueue()
	s.echo.Match(read, "/static/:name", templates.ServeAsset)
	s.echo.Match(read, "/healthz", s.serveHealth)
	s.echo.POST("/theme", serveTheme)
}

// Handler is the whole site.
func (s *Server) Handler() http.Handler { return s.echo }

const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	stopTime   = 10 * time.Second
)

// Serve answers requests on the listener until ctx is done; then it lets running requests finish and returns nil.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	defer s.Close()
	s.hosts.listenOn(listener.Addr())
	limit := s.config.Limits.Time
	server := &http.Server{
		Handler:           s.echo,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       limit,
		WriteTimeout:      2 * limit, // reading the body and answering each have their time
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.config.Logger.Handler(), slog.LevelWarn),
	}
	server.RegisterOnShutdown(sync.OnceFunc(func() { close(s.stopping) })) // events would never end by themselves
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
		return s.stop(server, failed)
	}
}

// Close ends what pages have begun, and returns when it has ended. Serve does so by itself.
func (s *Server) Close() {
	s.endWork()
	s.work.Wait()
}

func (s *Server) stop(server *http.Server, failed <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	err := server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("stop serving: requests were still running after %s: %w", stopTime, err), server.Close())
	}
	if serveErr := <-failed; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

// serveHealth says whether the database can be read.
func (s *Server) serveHealth(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	if _, err := s.config.DB.Models(c.Request().Context()); err != nil {
		return err
	}
	return c.String(http.StatusOK, "ok\n")
}
